"""The checkers of events, on tapes written by hand, and against exhaustive search."""

from random import Random

import pytest

from condition_search import TICK_NS
from memory_search import explained, intervals
from mpconform.checkers import event_model, event_state, event_waits
from mpconform.checkers.event_model import inexplicable
from mpconform.values import (
    ActorRecord,
    Census,
    Finding,
    History,
    Json,
    ObjectSpec,
    Operation,
    Outcome,
    ProcessRecord,
    Violation,
)
from scale import SCALE
from tape import error, history, op

MS = TICK_NS


def told(*operations: Operation, ended: str = "normally") -> History:
    alive = (ProcessRecord(pid=100, parent_pid=1, state="S"),)
    return history(
        *operations,
        family="condition",
        objects={"e": ObjectSpec(factory="Event")},
        ended=ended,
        census={"hung": Census(at_ns=1, agent_pid=1, processes=alive)} if ended == "hung" else {},
    )


def with_records(found: History) -> History:
    from msgspec.structs import replace  # noqa: PLC0415

    return replace(found, actors={name: ActorRecord(pids=(100,)) for name in found.scenario.actors})


def set_(at: tuple, actor: str = "p1") -> Operation:
    return op(actor, "e", "set", at=at)


def clear(at: tuple, actor: str = "p1") -> Operation:
    return op(actor, "e", "clear", at=at)


def is_set(at: tuple, to: object, actor: str = "p0") -> Operation:
    return op(actor, "e", "is_set", at=at, to=to)


def wait(at: tuple, to: object = "yes", limit_ms: float | None = None, actor: str = "p0") -> Operation:
    to = True if to == "yes" else to
    return op(actor, "e", "wait", at=at, to=to, timeout_s=None if limit_ms is None else limit_ms / 1e3)


def only(finding: Finding) -> Violation:
    (violation,) = finding.violations
    assert violation.summary.endswith(".")
    assert violation.story.endswith(".")
    assert 1 <= len(violation.witness) <= 4
    return violation


@pytest.mark.parametrize(
    ("operation", "outcome"),
    [
        (is_set((0, 9), False), Outcome.PASS),  # noqa: FBT003
        (is_set((0, 9), True), Outcome.FAIL),  # noqa: FBT003
        (wait((0, 9)), Outcome.FAIL),
        (wait((0, 9), False, 0.0), Outcome.PASS),  # noqa: FBT003
        (is_set((0, 10), True), Outcome.UNKNOWN),  # noqa: FBT003
    ],
)
def test_an_event_is_clear_at_first(operation: Operation, outcome: Outcome) -> None:
    """Until a set has begun, at 10."""
    assert event_state.clear_at_first(told(operation, set_((10, 11)))).outcome is outcome


@pytest.mark.parametrize(
    ("others", "to", "outcome"),
    [
        pytest.param([set_((0, 1))], True, Outcome.PASS, id="set-before"),
        pytest.param([set_((0, 1))], False, Outcome.FAIL, id="set-before-and-not-seen"),
        pytest.param([set_((0, 5))], False, Outcome.PASS, id="perhaps-set-later"),
        pytest.param([set_((0, 1)), clear((2, 3))], True, Outcome.FAIL, id="cleared-before"),
        pytest.param([set_((0, 1)), clear((2, 5))], True, Outcome.PASS, id="perhaps-cleared-later"),
        pytest.param([set_((0, None)), clear((2, 3), "p2")], True, Outcome.PASS, id="a-set-that-never-ended"),
        pytest.param([set_((0, 1))], None, Outcome.FAIL, id="none"),
        pytest.param([set_((0, 1))], 1, Outcome.FAIL, id="no-bool"),
    ],
)
def test_the_flag_is_what_was_made_of_it(others: list, to: object, outcome: Outcome) -> None:
    """is_set is asked from 5 to 6; equal stamps order nothing."""
    finding = event_state.flag(told(*others, is_set((5, 6), to)))

    assert finding.outcome is outcome
    if outcome is Outcome.FAIL:
        assert only(finding).kind == "wrong-flag"


def change_or_look(state: Json, operation: Operation) -> tuple[bool, Json]:
    if operation.method in {"set", "clear"}:
        return True, operation.method == "set"
    return operation.result == state, state


@pytest.mark.parametrize("seeds", SCALE)
def test_the_flag_check_agrees_with_exhaustive_search(seeds: range, monkeypatch: pytest.MonkeyPatch) -> None:
    """On random small histories, following all orders at once and trying each say the same.

    What is done where that is too much never calls a legal one illegal.
    """
    verdicts, illegal, missed = set(), 0, 0
    for seed in seeds:
        rng = Random(seed)
        operations = [
            op(actor, "e", rng.choice(("set", "clear")), at=(begin, end))
            if end is None or rng.random() < 0.5
            else op(actor, "e", "is_set", at=(begin, end), to=rng.random() < 0.5)
            for actor, begin, end in intervals(rng, rng.randint(1, 4))
        ]
        expected = explained(operations, False, change_or_look)  # noqa: FBT003
        verdicts.add(expected)
        found = inexplicable(operations, lambda one: one.result if one.method == "is_set" else None)

        assert found.exact
        assert (found.wrong is None) == expected, operations
        with monkeypatch.context() as patch:
            patch.setattr(event_model, "_MOST", 0)
            weaker = inexplicable(operations, lambda one: one.result if one.method == "is_set" else None)
        illegal += not expected
        missed += weaker.wrong is None and not expected
        assert weaker.wrong is None or not expected, operations
    assert verdicts == {True, False}
    assert missed < 0.25 * illegal


def test_with_many_operations_at_one_time_each_answer_is_judged_by_itself() -> None:
    """It is told so; a flag that nobody had set is wrong all the same."""
    many = [op(f"p{n}", "e", "clear", at=(10, 90)) for n in range(12)]
    wrong = is_set((20, 30), to=True)

    finding = event_state.flag(told(*many, wrong))
    right = event_state.flag(told(*many, op("p99", "e", "set", at=(5, 12)), wrong))

    assert (finding.outcome, finding.measures) == (Outcome.FAIL, {"judged_soundly": 1})
    assert (right.outcome, right.measures) == (Outcome.PASS, {"judged_soundly": 1})


@pytest.mark.parametrize(
    ("operation", "outcome"),
    [
        (wait((0, 20 * MS)), Outcome.PASS),
        (wait((0, 20 * MS), False), Outcome.FAIL),  # noqa: FBT003
        (wait((0, 20 * MS), None), Outcome.FAIL),
        (wait((0, 18 * MS), False, 20), Outcome.PASS),  # noqa: FBT003
        (wait((0, 17 * MS), False, 20), Outcome.FAIL),  # noqa: FBT003
        (wait((0, 17 * MS), True, 20), Outcome.PASS),  # noqa: FBT003
    ],
)
def test_a_wait_returns_true_or_gives_up_in_time(operation: Operation, outcome: Outcome) -> None:
    """False is for those with a timeout that is over; the grain is 2 ms."""
    assert event_waits.answers(told(operation, set_((1, 2)))).outcome is outcome


@pytest.mark.parametrize(("limit_ms", "outcome"), [(20, Outcome.FAIL), (900, Outcome.UNKNOWN)])
def test_a_timed_wait_must_end(limit_ms: int, outcome: Outcome) -> None:
    """In a run that hung."""
    finding = event_waits.answers(with_records(told(wait((0, None), None, limit_ms), ended="hung")))

    assert finding.outcome is outcome


@pytest.mark.parametrize(
    ("others", "outcome"),
    [
        pytest.param([set_((0, 1))], Outcome.PASS, id="set-before"),
        pytest.param([set_((6, 7))], Outcome.PASS, id="set-meanwhile"),
        pytest.param([set_((9, 10))], Outcome.PASS, id="perhaps-set-at-its-end"),
        pytest.param([set_((10, 11))], Outcome.FAIL, id="set-later"),
        pytest.param([set_((0, 1)), clear((2, 3))], Outcome.FAIL, id="cleared-before"),
        pytest.param(
            [set_((0, 1)), clear((2, 3)), set_((6, 7)), clear((7, 8), "p2")], Outcome.PASS, id="a-pulse"
        ),
    ],
)
def test_a_wait_ends_only_if_the_flag_is_set(others: list, outcome: Outcome) -> None:
    """At an instant between 5 and 9."""
    finding = event_waits.only_if_set(told(*others, wait((5, 9))))

    assert finding.outcome is outcome
    if outcome is Outcome.FAIL:
        assert only(finding).kind == "woken-while-clear"


@pytest.mark.parametrize(
    ("others", "outcome"),
    [
        pytest.param([set_((0, 1))], Outcome.FAIL, id="before"),
        pytest.param([set_((3 * MS, 4 * MS))], Outcome.UNKNOWN, id="meanwhile"),
        pytest.param([set_((10 * MS, 11 * MS))], Outcome.UNKNOWN, id="after-it-had-given-up"),
    ],
)
def test_a_flag_that_was_set_in_time_is_seen_by_who_waited_so_long(others: list, outcome: Outcome) -> None:
    """One that gave up too early has not seen what came later, or just then."""
    early = event_waits.gives_up_rightly(told(*others, wait((5, 6 * MS), False, 16)))  # noqa: FBT003

    assert early.outcome is (Outcome.FAIL if outcome is Outcome.FAIL else Outcome.UNKNOWN)


@pytest.mark.parametrize(
    ("others", "outcome"),
    [
        pytest.param([set_((0, 1))], Outcome.FAIL, id="before"),
        pytest.param([set_((10 * MS, 11 * MS))], Outcome.FAIL, id="in-time"),
        pytest.param([set_((10 * MS, 19 * MS))], Outcome.UNKNOWN, id="at-its-end"),
        pytest.param([set_((0, 1)), clear((10 * MS, 11 * MS))], Outcome.UNKNOWN, id="cleared"),
        pytest.param([clear((0, 1)), set_((2, 3))], Outcome.FAIL, id="cleared-before"),
        pytest.param([set_((10, None))], Outcome.UNKNOWN, id="perhaps-never"),
    ],
)
def test_a_flag_that_was_set_in_time_is_seen(others: list, outcome: Outcome) -> None:
    """A wait of 20 ms from 5 to 25 ms gave up."""
    finding = event_waits.gives_up_rightly(told(*others, wait((5 * MS - MS, 25 * MS), False, 16)))  # noqa: FBT003

    assert finding.outcome is outcome


@pytest.mark.parametrize(
    ("others", "fails"),
    [
        pytest.param([set_((5, 6))], True, id="set"),
        pytest.param([set_((5, 6)), clear((7, 8))], False, id="cleared-later"),
        pytest.param([set_((5, 9)), clear((7, 8), "p2")], False, id="perhaps-cleared"),
        pytest.param([clear((1, 2)), set_((5, 6))], True, id="cleared-before"),
        pytest.param([set_((5, None))], False, id="perhaps-not-set"),
    ],
)
def test_a_set_ends_every_wait(others: list, fails: bool) -> None:  # noqa: FBT001
    """Who waits for ever, does so for an event that is not set, or was cleared."""
    finding = event_waits.woken(with_records(told(wait((3, None), None), *others, ended="hung")))

    assert (finding.outcome is Outcome.FAIL) == fails


def test_a_wait_that_a_set_ended_is_evidence() -> None:
    """One that began later is none."""
    assert event_waits.woken(told(wait((0, 9)), set_((5, 6)))).judged == 1
    assert event_waits.woken(told(wait((7, 9)), set_((5, 6)))).judged == 0


@pytest.mark.parametrize("method", ["set", "clear", "is_set"])
def test_calls_return(method: str) -> None:
    """They neither block nor raise."""
    hung = with_records(told(wait((0, 3)), op("main", "e", method, at=(5, None)), ended="hung"))
    raised = told(op("main", "e", method, at=(5, 6), raised=error("AssertionError")))

    assert only(event_state.calls_return(hung)).kind == f"{method}-hangs"
    assert only(event_state.calls_return(raised)).kind == f"{method}-raises"
    assert event_state.calls_return(told(op("main", "e", method, at=(5, 6)))).outcome is Outcome.PASS
