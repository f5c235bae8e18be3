"""The checkers of a JoinableQueue, on tapes written by hand and at random."""

import pytest

from mpconform.checkers import joinable_queue
from mpconform.values import History, Operation, Outcome
from queue_search import explained, legal, queue_history, random_joins
from scale import SCALE
from tape import error, item, op, received

REFUSED = error("ValueError")


def told(*operations: Operation, **rest: object) -> History:
    return queue_history(*operations, factory="JoinableQueue", **rest)


def put(n: int, at: tuple) -> Operation:
    return op("p0", "q", "put", item("p0", n), at=at)


def done(at: tuple, actor: str = "w0", **rest: object) -> Operation:
    return op(actor, "q", "task_done", at=at, **rest)


def join(at: tuple, actor: str = "main") -> Operation:
    return op(actor, "q", "join", at=at)


@pytest.mark.parametrize(
    ("task_done", "outcome"),
    [
        pytest.param(done((5, 9)), Outcome.FAIL, id="begun-after-the-join"),
        pytest.param(done((4, 9)), Outcome.PASS, id="begun-as-the-join-returned"),
        pytest.param(done((2, 3)), Outcome.UNKNOWN, id="done-as-the-join-began"),
        pytest.param(done((4, None)), Outcome.PASS, id="never-returned-but-begun"),
        pytest.param(done((3, 4), raised=REFUSED), Outcome.FAIL, id="refused"),
        pytest.param(done((3, 4), raised=error("OSError")), Outcome.PASS, id="broken"),
    ],
)
def test_a_join_needs_an_instant_without_unfinished_items(task_done: Operation, outcome: Outcome) -> None:
    """One item was put before the join; it must be possible that it was done within."""
    history = told(put(0, (0, 1)), join((2, 4)), task_done)

    finding = joinable_queue.waits(history)

    assert finding.outcome is outcome
    if outcome is Outcome.FAIL:
        assert {o.method for o in explained(finding)} >= {"put", "join"}
        assert "with at least 1 item not done" in finding.violations[0].summary


@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        pytest.param((0, 2), Outcome.UNKNOWN, id="as-the-join-began"),
        pytest.param((0, None), Outcome.UNKNOWN, id="never-returned"),
        pytest.param((0, 1), Outcome.FAIL, id="before-the-join"),
    ],
)
def test_only_what_was_surely_put_has_to_be_done(at: tuple, outcome: Outcome) -> None:
    """A put that may have come after the join's instant is none of its business."""
    assert joinable_queue.waits(told(put(0, at), join((2, 4)))).outcome is outcome


def test_an_item_that_was_got_had_been_put() -> None:
    """A get before the join proves the put, even if that returned later."""
    history = told(put(0, (0, 9)), op("w0", "q", "get", at=(0, 1), to=received("p0", 0)), join((2, 4)))

    assert joinable_queue.waits(history).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("others", "ended", "outcome"),
    [
        pytest.param((done((2, 3)),), "hung", Outcome.FAIL, id="all-done"),
        pytest.param((done((2, None)),), "hung", Outcome.UNKNOWN, id="perhaps-done"),
        pytest.param((), "hung", Outcome.UNKNOWN, id="not-done"),
        pytest.param((done((2, 3)), put(1, (4, None))), "hung", Outcome.UNKNOWN, id="perhaps-put-again"),
        pytest.param((done((2, 3)),), "crashed", Outcome.UNKNOWN, id="main-crashed"),
    ],
)
def test_a_join_that_blocks_when_all_is_done_is_a_violation(
    others: tuple, ended: str, outcome: Outcome
) -> None:
    """As many calls of task_done returned as puts can have happened, and a live process waits."""
    history = told(put(0, (0, 1)), *others, join((2, None)), ended=ended)

    assert joinable_queue.returns(history).outcome is outcome


def test_an_excess_call_that_was_accepted_excuses_a_join() -> None:
    """It counted for nothing when it came, so that an item may be unfinished."""
    history = told(done((0, 1)), put(0, (2, 3)), join((4, None)), ended="hung")

    assert joinable_queue.returns(history).outcome is Outcome.UNKNOWN
    assert joinable_queue.excess(history).outcome is Outcome.FAIL


def test_a_join_that_returned_is_evidence() -> None:
    """Every one counts."""
    assert joinable_queue.returns(told(join((0, 1)), join((2, 3)))).judged == 2


@pytest.mark.parametrize(
    ("second", "outcome"),
    [
        pytest.param({"raised": REFUSED}, Outcome.PASS, id="refused"),
        pytest.param({}, Outcome.FAIL, id="accepted"),
        pytest.param({"raised": error("AssertionError")}, Outcome.FAIL, id="raised-another"),
    ],
)
def test_one_task_done_too_many_is_refused(second: dict, outcome: Outcome) -> None:
    """One item was put and is done: the second call must raise ValueError."""
    finding = joinable_queue.excess(told(put(0, (0, 1)), done((2, 3)), done((4, 5), **second)))

    assert finding.outcome is outcome
    if outcome is Outcome.FAIL:
        assert [o.method for o in explained(finding)] == ["put", "task_done", "task_done"]


@pytest.mark.parametrize(
    ("other", "outcome"),
    [
        pytest.param(put(1, (5, 6)), Outcome.UNKNOWN, id="a-put-began-as-it-returned"),
        pytest.param(put(1, (6, 7)), Outcome.FAIL, id="a-put-began-after"),
    ],
)
def test_a_put_that_had_begun_explains_a_task_done(other: Operation, outcome: Outcome) -> None:
    """Of two accepted calls, the second needs a second put."""
    history = told(put(0, (0, 1)), done((2, 3)), done((4, 5), "w1"), other)

    assert joinable_queue.excess(history).outcome is outcome


def test_two_calls_at_the_same_time_need_two_items() -> None:
    """Neither alone is too many, and both together are."""
    history = told(put(0, (0, 1)), done((2, 5)), done((3, 4), "w1"))

    assert joinable_queue.excess(history).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("other", "outcome"),
    [
        pytest.param((), Outcome.FAIL, id="alone"),
        pytest.param((done((2, 3), "w1"),), Outcome.UNKNOWN, id="another-was-first"),
        pytest.param((done((5, 6), "w1"),), Outcome.UNKNOWN, id="another-may-have-been-first"),
        pytest.param((done((6, 7), "w1"),), Outcome.FAIL, id="another-came-later"),
    ],
)
def test_a_task_done_for_an_item_that_was_put_is_accepted(other: tuple, outcome: Outcome) -> None:
    """A ValueError is wrong while an item was surely put and not done."""
    finding = joinable_queue.task_done(told(put(0, (0, 1)), *other, done((4, 5), raised=REFUSED)))

    violations = finding.violations
    assert bool(violations) is (outcome is Outcome.FAIL)
    if violations:
        assert [o.method for o in explained(finding)] == ["put", "task_done"]


@pytest.mark.parametrize(
    ("second", "red"),
    [
        pytest.param((6, 7), True, id="the second is put before"),
        pytest.param((6, 8), False, id="or may be later"),
    ],
)
def test_a_count_of_items_together_has_no_instant_of_zero(second: tuple, red: bool) -> None:  # noqa: FBT001
    """Two puts, and one of them marked done as it began: each could be the one, but not both."""
    history = told(
        done((3, 5)), put(0, (5, 10)), op("p1", "q", "put", item("p1", 0), at=second), join((8, 12), "w0")
    )

    finding = joinable_queue.waits(history)

    assert [violation.kind for violation in finding.violations] == ["join-returned-too-soon"] * red
    assert not red or "in no order of the puts and the calls of task_done" in finding.violations[0].summary


def _count(state: int, operation: Operation) -> int | None:
    if operation.method == "put":
        return state + 1
    if operation.method == "join":
        return state if state == 0 else None
    if operation.raised("ValueError"):
        return state if state == 0 else None
    return state - 1 if state else None


@pytest.mark.parametrize("seeds", SCALE)
def test_the_count_is_judged_as_an_exhaustive_search_judges_it(seeds: range) -> None:
    """On random histories, some checker is red if and only if no order explains the calls."""
    checks = (joinable_queue.waits, joinable_queue.excess, joinable_queue.task_done)
    false, seen, illegal = [], 0, 0
    for seed in seeds:
        history = random_joins(seed, REFUSED)
        possible = legal(history.operations, _count, 0)
        found = any(check(history).violations for check in checks)
        illegal += not possible
        seen += found and not possible
        if found and possible:
            false.append(seed)

    assert false == []
    assert seen == illegal
    assert illegal > 0.1 * len(seeds)


def test_without_a_call_there_is_no_evidence() -> None:
    """Puts alone say nothing about the count."""
    for check in (
        joinable_queue.waits,
        joinable_queue.returns,
        joinable_queue.excess,
        joinable_queue.task_done,
    ):
        assert check(told(put(0, (0, 1)))).outcome is Outcome.UNKNOWN
