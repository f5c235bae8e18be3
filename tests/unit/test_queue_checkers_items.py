"""The checkers of items and their order, on tapes written by hand and at random."""

import msgspec
import pytest

from mpconform.checkers import queue_items, queue_order
from mpconform.payload import code_of, item_of
from mpconform.values import Actor, ActorRecord, ObjectSpec, Outcome, Step
from queue_search import explained, legal, queue_history, random_transfers
from scale import SCALE
from tape import error, history, item, op, received

FULL = error("Full")


def test_an_overtaken_item_is_shown_with_both_puts_and_gets() -> None:
    """A later item got strictly before an earlier one breaks the order."""
    told = queue_history(
        op("p0", "q", "put", item("p0", 0), at=(0, 1)),
        op("p0", "q", "put", item("p0", 1), at=(2, 3)),
        op("c0", "q", "get", at=(4, 5), to=received("p0", 1)),
        op("c1", "q", "get", at=(6, 7), to=received("p0", 0)),
    )

    finding = queue_order.per_producer_fifo(told)

    witness = explained(finding)
    assert [o.actor for o in witness] == ["p0", "p0", "c0", "c1"]
    assert finding.violations[0].kind == "later-item-got-first"
    assert "c1 begin the get that received p0's item 0" in finding.violations[0].story


@pytest.mark.parametrize(
    ("second", "outcome"),
    [
        pytest.param((6, 7), Outcome.FAIL, id="after"),
        pytest.param((5, 7), Outcome.PASS, id="touching-intervals-order-nothing"),
        pytest.param((4, 7), Outcome.PASS, id="overlapping"),
        pytest.param((6, None), Outcome.UNKNOWN, id="a-get-that-never-returned-got-nothing"),
    ],
)
def test_only_gets_one_after_the_other_have_an_order(second: tuple, outcome: Outcome) -> None:
    """A get breaks the order only if it began strictly after the other had returned."""
    told = queue_history(
        op("p0", "q", "put", item("p0", 0), at=(0, 1)),
        op("p0", "q", "put", item("p0", 1), at=(2, 3)),
        op("c0", "q", "get", at=(4, 5), to=received("p0", 1)),
        op("c1", "q", "get", at=second, to=received("p0", 0)),
    )

    assert queue_order.per_producer_fifo(told).outcome is outcome


def test_items_of_two_processes_may_overtake_each_other() -> None:
    """The order across processes is not promised: it is noted, and nothing is judged by it."""
    told = queue_history(
        op("p0", "q", "put", item("p0", 0), at=(0, 1)),
        op("p1", "q", "put", item("p1", 0), at=(2, 3)),
        op("c0", "q", "get", at=(4, 5), to=received("p1", 0)),
        op("c0", "q", "get", at=(6, 7), to=received("p0", 0)),
    )

    finding = queue_order.per_producer_fifo(told)

    assert finding.outcome is Outcome.UNKNOWN
    assert finding.notes == {"overtaken-across-producers": 1}


def test_a_producer_is_the_process_that_put_whatever_its_items_are_called() -> None:
    """Two items of one name that two processes put have no order."""
    told = queue_history(
        op("p0", "q", "put", item("x", 0), at=(0, 1)),
        op("p1", "q", "put", item("x", 1), at=(2, 3)),
        op("c0", "q", "get", at=(4, 5), to=received("x", 1)),
        op("c0", "q", "get", at=(6, 7), to=received("x", 0)),
    )

    assert queue_order.per_producer_fifo(told).outcome is Outcome.UNKNOWN


def test_an_item_that_nobody_got_breaks_no_order() -> None:
    """A lost item is a loss; the order is judged by what was got."""
    told = queue_history(
        op("p0", "q", "put", item("p0", 0), at=(0, 1)),
        op("p0", "q", "put", item("p0", 1), at=(2, 3)),
        op("c0", "q", "get", at=(4, 5), to=received("p0", 1)),
    )

    assert queue_order.per_producer_fifo(told).outcome is Outcome.UNKNOWN


def test_the_order_of_a_simple_queue_is_a_requirement_of_its_own() -> None:
    """A SimpleQueue is judged by its checker, and by no other."""
    told = queue_history(
        op("p0", "q", "put", item("p0", 0), at=(0, 1)),
        op("p0", "q", "put", item("p0", 1), at=(2, 3)),
        op("c0", "q", "get", at=(4, 5), to=received("p0", 1)),
        op("c0", "q", "get", at=(6, 7), to=received("p0", 0)),
        factory="SimpleQueue",
    )

    assert queue_order.per_producer_fifo(told).outcome is Outcome.UNKNOWN
    assert queue_order.simple_per_producer_fifo(told).outcome is Outcome.FAIL


def _fifo_step(state: tuple, operation: object) -> tuple | None:
    """Per producer, the items inside that somebody will get, the oldest first."""
    got, inside = state
    if operation.method == "put":
        producer, n, _ = item_of(operation.arguments[0])
        return (got, (*inside, (producer, n))) if (producer, n) in got else state
    producer, n = code_of(operation.result)
    first = next((code for code in inside if code[0] == producer), None)
    return (got, tuple(c for c in inside if c != first)) if first == (producer, n) else None


@pytest.mark.parametrize("seeds", SCALE)
def test_the_order_is_judged_as_an_exhaustive_search_judges_it(seeds: range) -> None:
    """On random histories, order and invention together are exactly the lossy FIFO queue."""
    wrong, illegal = [], 0
    for seed in seeds:
        told = random_transfers(seed)
        got = frozenset(code_of(o.result) for o in told.on("q", "get"))
        expected = legal(told.operations, _fifo_step, (got, ()))
        found = [
            check(told).violations for check in (queue_order.per_producer_fifo, queue_items.no_invention)
        ]
        illegal += not expected
        if expected == any(found):
            wrong.append(seed)

    assert wrong == []
    assert 0.2 * len(seeds) < illegal < 0.8 * len(seeds)


def test_an_item_got_twice_is_shown_with_its_put_and_both_gets() -> None:
    """One put is good for one get."""
    told = queue_history(
        op("p0", "q", "put", item("p0", 0), at=(0, 1)),
        op("c0", "q", "get", at=(2, 3), to=received("p0", 0)),
        op("c1", "q", "get", at=(2, 9), to=received("p0", 0)),
    )

    finding = queue_items.exactly_once(told)

    assert [o.method for o in explained(finding)] == ["put", "get", "get"]
    assert finding.judged == 2
    assert "c1 received it again" in finding.violations[0].story


@pytest.mark.parametrize(
    ("again", "outcome"),
    [
        pytest.param({"at": (1, 2)}, Outcome.PASS, id="put-twice"),
        pytest.param({"at": (1, None)}, Outcome.PASS, id="a-put-that-never-returned-may-have-put"),
        pytest.param({"at": (1, 2), "raised": FULL}, Outcome.FAIL, id="a-full-put-has-not"),
        pytest.param({"at": (1, 2), "raised": error("OSError")}, Outcome.PASS, id="a-broken-put-may-have"),
        pytest.param({"at": (7, 8)}, Outcome.PASS, id="begun-as-the-second-get-returned"),
        pytest.param({"at": (8, 9)}, Outcome.FAIL, id="begun-after-the-second-get"),
    ],
)
def test_what_is_put_again_may_be_got_again(again: dict, outcome: Outcome) -> None:
    """Each get needs a put of its own that had begun by then."""
    told = queue_history(
        op("p0", "q", "put", item("p0", 0), at=(0, 1)),
        op("p1", "q", "put", item("p0", 0), **again),
        op("c0", "q", "get", at=(4, 5), to=received("p0", 0)),
        op("c0", "q", "get", at=(6, 7), to=received("p0", 0)),
    )

    assert queue_items.exactly_once(told).outcome is outcome


@pytest.mark.parametrize(
    ("put", "kind"),
    [
        pytest.param({"at": (5, 6)}, "", id="begun-as-the-get-returned"),
        pytest.param({"at": (6, 7)}, "got-before-its-put", id="begun-after-the-get"),
        pytest.param({"at": (0, None)}, "", id="never-returned"),
        pytest.param({"at": (0, 1), "raised": FULL}, "got-though-its-put-failed", id="refused"),
    ],
)
def test_what_is_got_was_put_before(put: dict, kind: str) -> None:
    """A get is explained by a put that had begun, and that may have taken effect."""
    told = queue_history(
        op("p0", "q", "put", item("p0", 0), **put),
        op("c0", "q", "get", at=(4, 5), to=received("p0", 0)),
    )

    finding = queue_items.no_invention(told)

    assert [v.kind for v in finding.violations] == ([kind] if kind else [])
    assert finding.judged == 1
    if kind:
        assert {o.method for o in explained(finding)} == {"put", "get"}


def test_what_nobody_put_is_invented() -> None:
    """A value without any put is an invention, and the get is the witness."""
    told = queue_history(
        op("p0", "q", "put", item("p0", 0), at=(0, 1)), op("c0", "q", "get", at=(2, 3), to=None)
    )

    assert [o.actor for o in explained(queue_items.no_invention(told))] == ["c0"]


def test_a_value_that_a_tape_does_not_know_again_excuses_an_unknown_one() -> None:
    """Where a function was put, a strange result may be that function."""
    told = queue_history(
        op("p0", "q", "put", {"$function": "square"}, at=(0, 1)),
        op("c0", "q", "get", at=(2, 3), to={"$other": ["function", "<function square>"]}),
    )

    assert queue_items.no_invention(told).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("argument", "result", "same"),
    [
        pytest.param(1, 1, True, id="int"),
        pytest.param(1, True, False, id="a-bool-is-no-int"),
        pytest.param(1, 1.0, False, id="a-float-is-no-int"),
        pytest.param({"$tuple": [1, None]}, {"$tuple": [1, None]}, True, id="tuple"),
        pytest.param({"$tuple": [1, None]}, [1, None], False, id="a-list-is-no-tuple"),
        pytest.param([1, None], {"$tuple": [1, None]}, False, id="a-tuple-is-no-list"),
        pytest.param({"$bytes": [1, 4]}, {"$bytearray": [4, 0]}, False, id="a-bytearray-is-no-bytes"),
        pytest.param({"$hex": "00ff"}, {"$digest": [2, 0xFFA49D7C]}, False, id="other-bytes"),
        pytest.param("x" * 1001, {"$text": [1001, 0]}, False, id="other-text"),
    ],
)
def test_any_value_is_known_by_what_it_is(argument: object, result: object, same: bool) -> None:  # noqa: FBT001
    """Values other than items are compared with their types."""
    told = queue_history(
        op("p0", "q", "put", argument, at=(0, 1)), op("c0", "q", "get", at=(2, 3), to=result)
    )

    assert (queue_items.no_invention(told).outcome is Outcome.PASS) is same


def test_a_spoilt_payload_is_shown_with_its_put() -> None:
    """An item with other bytes, or fewer, is not what was put."""
    told = queue_history(
        op("p0", "q", "put", item("p0", 0, 8), at=(0, 1)),
        op("p0", "q", "put", item("p0", 1, 8), at=(2, 3)),
        op("p0", "q", "put", item("p0", 2, 8), at=(4, 5)),
        op("c0", "q", "get", at=(6, 7), to=received("p0", 0, 8)),
        op("c0", "q", "get", at=(8, 9), to={"$item": ["p0", 1, 8, 1]}),
        op("c0", "q", "get", at=(10, 11), to=received("p0", 2, 7)),
    )

    finding = queue_items.fidelity(told)

    assert finding.judged == 3
    assert [v.kind for v in finding.violations] == ["payload-changed", "payload-of-another-length"]
    assert [o.method for o in finding.violations[0].witness] == ["put", "get"]
    assert "7 bytes instead of 8" in finding.violations[1].story


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(Step(target="p0", method="kill"), id="killed"),
        pytest.param(Step(target="@", method="Pool", arguments=({"$object": "q"},)), id="given-to-a-pool"),
        pytest.param(Step(target="@", method="Queue", bind="q"), id="its-name-bound-again"),
        pytest.param(Step(target="q", method="._reader", bind="r"), id="its-inside-bound"),
        pytest.param(Step(target="", method="echo", arguments=({"$attribute": ["q", "x"]},)), id="harmless"),
    ],
)
def test_a_queue_used_behind_our_back_is_not_judged(step: Step) -> None:
    """Nothing is known of a queue of which a user was killed, or that others may use unseen."""
    told = queue_history(
        op("p0", "q", "put", item("p0", 0), at=(0, 1)),
        op("c0", "q", "get", at=(2, 3), to=received("p0", 1)),
        steps={"main": (step,)},
    )

    harmless = step.method == "echo"
    assert queue_items.no_invention(told).outcome is (Outcome.FAIL if harmless else Outcome.UNKNOWN)


def test_a_queue_that_an_actor_makes_for_itself_is_judged() -> None:
    """A bound queue belongs to the one actor that bound it; the same name elsewhere is another."""
    making = Step(target="@", method="Queue", bind="own")
    told = history(
        op("c0", "own", "put", item("c0", 0), at=(2, 3), step=1),
        op("c0", "own", "get", at=(4, 5), to=received("c0", 1), step=2),
        objects={"unused": ObjectSpec(factory="Queue")},
        actors={"main": Actor(), "c0": Actor(steps=(making,))},
    )
    twice = msgspec.structs.replace(told, actors={"c0": ActorRecord(pids=(1, 2))})

    assert queue_items.no_invention(told).outcome is Outcome.FAIL
    assert queue_items.no_invention(twice).outcome is Outcome.UNKNOWN


def test_without_a_get_there_is_no_evidence() -> None:
    """A history in which nothing was got says nothing about items."""
    told = queue_history(op("p0", "q", "put", item("p0", 0), at=(0, 1)))

    for check in (
        queue_items.exactly_once,
        queue_items.no_invention,
        queue_items.fidelity,
        queue_order.per_producer_fifo,
    ):
        assert check(told).outcome is Outcome.UNKNOWN
