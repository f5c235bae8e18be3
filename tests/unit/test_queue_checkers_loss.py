"""The checkers of losses and of Empty, on tapes written by hand."""

import msgspec
import pytest

from mpconform.checkers import queue_answers, queue_loss
from mpconform.values import Census, Operation, Outcome, ProcessRecord, Step
from queue_search import DRAIN, explained, queue_history
from tape import error, item, op, received

EMPTY = error("Empty")
MS = 1_000_000

#: Positional block and timeout.
EVER, NOW = (True, None), (False,)


def put(n: int, at: tuple, actor: str = "p0") -> Operation:
    return op(actor, "q", "put", item(actor, n), at=at)


def join(actor: str, at: tuple) -> Operation:
    return op("main", actor, "join", at=at)


def drained(at: tuple, *, left: int = 1) -> tuple[Operation, Operation]:
    return (
        op("main", "", "drain", {"$object": "q"}, at=at, to=left, step=DRAIN),
        op("main", "q", "get", at=at, raised=EMPTY, timeout_s=0.05, step=DRAIN),
    )


def flushed(start: int, actor: str = "p0") -> tuple[Operation, Operation]:
    return (
        op(actor, "q", "close", at=(start, start + 1)),
        op(actor, "q", "join_thread", at=(start + 2, start + 3)),
    )


def test_what_a_drain_does_not_find_after_the_producer_ended_is_lost() -> None:
    """The put, the end of its process and the drain's Empty prove a loss."""
    told = queue_history(put(0, (0, 1)), join("p0", (0, 4)), *drained((5, 9)), finished=("p0",))

    for check in (queue_loss.no_loss, queue_loss.exit_flush):
        finding = check(told)
        assert [o.method for o in explained(finding)] == ["put", "join", "get"]
        assert "p0's item 0" in finding.violations[0].summary
        assert finding.judged == 1


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(queue_history(put(0, (0, 1)), *drained((5, 9))), id="no-end-was-seen"),
        pytest.param(
            queue_history(put(0, (0, 1)), join("p0", (0, 4)), *drained((5, 9), left=0), finished=("p0",)),
            id="the-drain-did-not-give-up",
        ),
        pytest.param(
            queue_history(put(0, (0, 1)), join("p0", (0, 4)), *drained((5, 9))), id="it-did-not-finish"
        ),
        pytest.param(
            queue_history(put(0, (0, 1)), join("p0", (0, 5)), *drained((5, 9)), finished=("p0",)),
            id="the-end-was-seen-as-the-drain-began",
        ),
        pytest.param(
            queue_history(put(0, (0, None)), join("p0", (0, 4)), *drained((5, 9)), finished=("p0",)),
            id="the-put-never-returned",
        ),
        pytest.param(
            queue_history(
                put(0, (0, 1)),
                op("main", "p0", "join", at=(0, 4), timeout_s=1.0),
                *drained((5, 9)),
                finished=("p0",),
            ),
            id="a-join-with-a-timeout-proves-nothing",
        ),
        pytest.param(
            queue_history(
                put(0, (0, 1)),
                join("p0", (0, 4)),
                op("main", "q", "get_nowait", at=(5, 9), raised=EMPTY),
                finished=("p0",),
            ),
            id="nobody-waited",
        ),
        pytest.param(
            queue_history(
                put(0, (0, 1)),
                join("p0", (0, 4)),
                op("c0", "q", "get", at=(2, None)),
                *drained((5, 9)),
                finished=("p0",),
            ),
            id="a-get-that-never-returned-may-have-it",
        ),
        pytest.param(
            queue_history(
                put(0, (0, 1)),
                join("p0", (0, 4)),
                op("c0", "q", "get", at=(2, 3), raised=error("EOFError")),
                *drained((5, 9)),
                finished=("p0",),
            ),
            id="a-get-that-broke-may-have-it",
        ),
        pytest.param(
            queue_history(
                put(0, (0, 1)),
                join("p0", (0, 4)),
                op("p0", "q", "cancel_join_thread", at=(2, 3)),
                *drained((5, 9)),
                finished=("p0",),
            ),
            id="cancelled",
        ),
        pytest.param(
            queue_history(
                put(0, (0, 1)),
                join("p0", (0, 4)),
                *drained((5, 9)),
                finished=("p0",),
                steps={"p0": (Step(target="q", method="put"), Step(method="exit", arguments=(0,)))},
            ),
            id="ended-by-os-exit",
        ),
        pytest.param(
            queue_history(
                op("p0", "q", "close", at=(0, 1)),
                put(0, (2, 3)),
                join("p0", (0, 4)),
                *drained((5, 9)),
                finished=("p0",),
            ),
            id="put-after-close",
        ),
    ],
)
def test_a_loss_needs_a_proof(told: object) -> None:
    """Where something else may explain that an item did not come, nothing is judged."""
    assert queue_loss.no_loss(told).outcome is Outcome.UNKNOWN
    assert queue_loss.exit_flush(told).outcome is Outcome.UNKNOWN


def test_one_excuse_is_good_for_one_item() -> None:
    """Two items are missing and one get never returned: one at least is lost."""
    told = queue_history(
        put(0, (0, 1)),
        put(1, (2, 3)),
        join("p0", (0, 4)),
        op("c0", "q", "get", at=(2, None)),
        op("main", "q", "get", at=(5, None)),
        ended="hung",
        finished=("p0",),
    )

    finding = queue_loss.no_loss(told)

    assert explained(finding)[-1].actor == "main"
    assert "(and 1 more)" in finding.violations[0].summary


@pytest.mark.parametrize(
    ("waiting", "ended", "outcome"),
    [
        pytest.param(join("c0", (6, None)), "hung", Outcome.FAIL, id="main-waits-for-its-end"),
        pytest.param(join("c1", (6, None)), "hung", Outcome.UNKNOWN, id="main-waits-for-another"),
        pytest.param(join("c0", (6, None)), "crashed", Outcome.UNKNOWN, id="the-run-did-not-hang"),
    ],
)
def test_a_live_process_that_waits_for_ever_proves_a_loss(
    waiting: Operation, ended: str, outcome: Outcome
) -> None:
    """A get that blocks in a process that surely lives was due the item."""
    told = queue_history(
        put(0, (0, 1)),
        *flushed(2),
        op("c0", "q", "get", at=(3, None)),
        op("c1", "q", "get_nowait", at=(3, 4), raised=EMPTY),
        waiting,
        ended=ended,
    )

    assert queue_loss.no_loss(told).outcome is outcome
    assert queue_loss.exit_flush(told).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("state", "pid", "outcome"),
    [("S", 101, Outcome.FAIL), ("Z", 101, Outcome.UNKNOWN), ("S", 999, Outcome.UNKNOWN)],
)
def test_the_census_of_a_hang_says_who_lives(state: str, pid: int, outcome: Outcome) -> None:
    """An open get of a process that was counted alive waits for ever, whatever main does."""
    told = queue_history(put(0, (0, 1)), *flushed(2), op("c0", "q", "get", at=(3, None)), ended="hung")
    names = sorted(told.actors)
    counted = ProcessRecord(pid=pid - 101 + told.actors["c0"].pids[0], parent_pid=1, state=state)
    census = {"hung": Census(at_ns=9, agent_pid=1, processes=(counted,))}

    assert names == ["c0", "main", "p0"]
    assert queue_loss.no_loss(msgspec.structs.replace(told, census=census)).outcome is outcome


def test_a_get_of_a_drain_that_waited_on_proves_nothing() -> None:
    """Only the last of its gets is the one at which it gave up."""
    told = queue_history(
        put(0, (0, 1)),
        put(1, (0, 1), "p1"),
        join("p0", (0, 4)),
        *drained((5, 9)),
        op("main", "q", "get", at=(10, 11), to=received("p1", 1), step=DRAIN),
        finished=("p0",),
    )

    assert queue_loss.no_loss(told).outcome is Outcome.PASS


def test_an_item_overtaken_by_one_of_its_own_process_was_there() -> None:
    """That a later item of the process was got proves that the earlier one left it."""
    told = queue_history(
        put(0, (0, 1)),
        put(1, (2, 3)),
        op("main", "q", "get", at=(4, 5), to=received("p0", 1)),
        *drained((6, 9)),
    )

    assert [o.method for o in explained(queue_loss.no_loss(told))] == ["put", "get", "get"]


@pytest.mark.parametrize(("left", "outcome"), [(0, Outcome.UNKNOWN), (1, Outcome.FAIL)])
def test_a_drain_of_a_simple_queue_says_what_did_not_come(left: int, outcome: Outcome) -> None:
    """A SimpleQueue has no get with a timeout: its drain returns how many items it did not see."""
    told = queue_history(
        put(0, (0, 1)),
        op("main", "", "drain", {"$object": "q"}, at=(3, 4), to=left, step=DRAIN),
        factory="SimpleQueue",
    )

    assert queue_loss.simple_no_loss(told).outcome is outcome
    assert queue_loss.no_loss(told).outcome is Outcome.UNKNOWN


def test_a_simple_queue_in_which_a_get_blocks_has_lost_what_was_put() -> None:
    """A put of a SimpleQueue proves by its return that the item is there."""
    told = queue_history(
        put(0, (0, 1)), op("main", "q", "get", at=(3, None)), factory="SimpleQueue", ended="hung"
    )

    assert [o.method for o in explained(queue_loss.simple_no_loss(told))] == ["put", "get"]


def answer(get: Operation, *others: Operation, proof: tuple = (), **rest: object) -> tuple:
    told = queue_history(put(0, (0, 1)), *(proof or flushed(2)), get, *others, **rest)
    return queue_answers.empty_honest(told), queue_answers.join_thread_then_found(told)


LATER = op("c1", "q", "get", at=(20, 21), to=received("p0", 0))


def test_an_empty_while_a_flushed_item_was_inside_is_a_lie() -> None:
    """Put, flush, later get and Empty prove it, for both requirements."""
    for finding in answer(op("c0", "q", "get_nowait", at=(10, 11), raised=EMPTY), LATER):
        assert [o.method for o in explained(finding)] == ["put", "join_thread", "get", "get_nowait"]
        assert finding.judged == 1
        assert finding.notes == {}


@pytest.mark.parametrize(
    ("get", "others"),
    [
        pytest.param(
            op("c0", "q", "get_nowait", at=(5, 11), raised=EMPTY), (LATER,), id="flushed-as-it-began"
        ),
        pytest.param(
            op("c0", "q", "get_nowait", at=(10, 11), raised=EMPTY),
            (op("c1", "q", "get", at=(11, 21), to=received("p0", 0)),),
            id="got-as-it-ended",
        ),
        pytest.param(
            op("c0", "q", "get_nowait", at=(10, 11), raised=EMPTY),
            (LATER, op("c2", "q", "get", at=(9, None))),
            id="another-get-blocks",
        ),
        pytest.param(
            op("c0", "q", "get_nowait", at=(10, 11), raised=EMPTY),
            (LATER, op("c2", "q", "get_nowait", at=(11, 12), raised=EMPTY)),
            id="another-get-touches",
        ),
        pytest.param(op("c0", "q", "get_nowait", at=(10, 11), raised=EMPTY), (), id="nobody-got-it"),
        pytest.param(op("c0", "q", "get", at=(10, 11), to=received("p0", 9)), (LATER,), id="waits-for-ever"),
    ],
)
def test_an_empty_that_something_excuses_is_not_judged(get: Operation, others: tuple) -> None:
    """Only a lone get, strictly between flush and later get, had to find the item."""
    assert [f.outcome for f in answer(get, *others)] == [Outcome.UNKNOWN] * 2


def test_an_empty_before_the_flush_is_noted() -> None:
    """A put that has returned does not prove that the item can be got: that is allowed."""
    told = queue_history(put(0, (0, 1)), op("c0", "q", "get_nowait", at=(2, 3), raised=EMPTY), LATER)

    finding = queue_answers.empty_honest(told)

    assert finding.outcome is Outcome.UNKNOWN
    assert finding.notes == {"spurious-empty": 1}


@pytest.mark.parametrize(("flush", "outcome"), [(49, Outcome.FAIL), (51, Outcome.UNKNOWN)])
def test_an_item_that_comes_in_time_has_to_be_found(flush: int, outcome: Outcome) -> None:
    """A get with a timeout must find what was flushed in the first half of it."""
    told = queue_history(
        put(0, (3, 4)),
        op("p0", "q", "close", at=(5, 6)),
        op("p0", "q", "join_thread", at=(7, flush * MS)),
        op("c0", "q", "get", at=(2, 100 * MS + 2), raised=EMPTY, timeout_s=0.1),
        op("c0", "q", "get", at=(200 * MS, 201 * MS), to=received("p0", 0)),
    )

    assert queue_answers.empty_honest(told).outcome is outcome


def test_a_get_that_found_it_is_evidence() -> None:
    """The get that got the flushed item, without waiting for ever, was judged; its own is not."""
    ok, flushed_ok = answer(op("c0", "q", "get_nowait", at=(10, 11), to=received("p0", 0)))
    own, flushed_own = answer(
        op("p0", "q", "get_nowait", at=(10, 11), to=received("p0", 0)), proof=flushed(2, "p0")
    )

    assert (ok.judged, flushed_ok.judged) == (1, 1)
    assert (own.judged, flushed_own.judged) == (1, 0)


def test_the_end_of_the_process_proves_a_flush_too() -> None:
    """Empty after the producer's end is a lie, though join_thread has nothing to do with it."""
    empty, joined = answer(
        op("c0", "q", "get_nowait", at=(10, 11), raised=EMPTY),
        LATER,
        proof=(op("main", "", "await_exit", ["p0"], at=(3, 4)),),
        finished=("p0",),
    )

    assert empty.outcome is Outcome.FAIL
    assert joined.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("get", "outcome"),
    [
        pytest.param(op("c0", "q", "get", at=(0, 1), raised=EMPTY), Outcome.FAIL, id="empty"),
        pytest.param(op("c0", "q", "get", *EVER, at=(0, 1), raised=EMPTY), Outcome.FAIL, id="spelt-out"),
        pytest.param(
            op("c0", "q", "get", at=(0, 1), raised=EMPTY, timeout_s=1.0), Outcome.UNKNOWN, id="timed"
        ),
        pytest.param(op("c0", "q", "get", *NOW, at=(0, 1), raised=EMPTY), Outcome.UNKNOWN, id="at-once"),
        pytest.param(op("c0", "q", "get", at=(0, None)), Outcome.UNKNOWN, id="open"),
        pytest.param(op("c0", "q", "get", at=(0, 9), to=received("p0", 0)), Outcome.PASS, id="it-waited"),
        pytest.param(op("c0", "q", "get", at=(5, 9), to=received("p0", 0)), Outcome.UNKNOWN, id="it-did-not"),
    ],
)
def test_a_get_without_timeout_never_raises_empty(get: Operation, outcome: Outcome) -> None:
    """It waits; that it waited is evidence, that it raised Empty a violation."""
    assert queue_answers.blocking_get(queue_history(put(0, (5, 6)), get)).outcome is outcome


@pytest.mark.parametrize(
    ("call", "ended", "outcome"),
    [
        pytest.param(op("main", "q", "get_nowait", at=(0, None)), "hung", Outcome.FAIL, id="get-nowait"),
        pytest.param(op("main", "q", "put", 1, *NOW, at=(0, None)), "hung", Outcome.FAIL, id="put-false"),
        pytest.param(op("main", "q", "close", at=(0, None)), "hung", Outcome.FAIL, id="close"),
        pytest.param(op("main", "q", "get", at=(0, None)), "hung", Outcome.UNKNOWN, id="this-one-may-wait"),
        pytest.param(op("c0", "q", "get_nowait", at=(0, None)), "hung", Outcome.UNKNOWN, id="dead-perhaps"),
        pytest.param(op("main", "q", "close", at=(0, None)), "crashed", Outcome.UNKNOWN, id="no-hang"),
        pytest.param(op("main", "q", "empty", at=(0, 1), to=True), "normally", Outcome.PASS, id="ended"),
    ],
)
def test_a_call_that_is_not_to_wait_ends(call: Operation, ended: str, outcome: Outcome) -> None:
    """It is a violation if a live process of a run that hung is inside of it."""
    assert queue_answers.nowait(queue_history(call, ended=ended)).outcome is outcome
