"""The checkers of barriers, on tapes written by hand, and at random."""

from itertools import combinations
from random import Random

import pytest
from msgspec.structs import replace

from condition_search import TICK_NS
from memory_search import intervals
from mpconform.checkers import (
    barrier_actions,
    barrier_attributes,
    barrier_breaking,
    barrier_orders,
    barrier_passing,
    barrier_reset,
    condition_surprises,
)
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
BROKEN = error("BrokenBarrierError", bases=("RuntimeError", "Exception"))


def told(*operations: Operation, parties: int = 2, ended: str = "normally", **keywords: Json) -> History:
    found = history(
        *operations,
        family="condition",
        objects={"b": ObjectSpec(factory="Barrier", arguments=(parties,), keywords=keywords)},
        ended=ended,
    )
    if ended != "hung":
        return found
    alive = (ProcessRecord(pid=100, parent_pid=1, state="S"),)
    return replace(
        found,
        census={"hung": Census(at_ns=1, agent_pid=1, processes=alive)},
        actors={name: ActorRecord(pids=(100,)) for name in found.scenario.actors},
    )


def wait(actor: str, at: tuple, to: object = 0, limit_ms: float | None = None, **rest: object) -> Operation:
    limit_s = None if limit_ms is None else limit_ms / 1e3
    return op(actor, "b", "wait", at=at, to=to, timeout_s=limit_s, **rest)


def broken(actor: str, at: tuple, limit_ms: float | None = None) -> Operation:
    return wait(actor, at, limit_ms=limit_ms, raised=BROKEN)


def call(method: str, at: tuple, to: object = None, actor: str = "main") -> Operation:
    return op(actor, "b", method, at=at, to=to)


def only(finding: Finding) -> Violation:
    (violation,) = finding.violations
    assert violation.summary.endswith(".")
    assert violation.story.endswith(".")
    assert 1 <= len(violation.witness) <= 4
    return violation


@pytest.mark.parametrize(
    ("second", "fails"),
    [
        pytest.param((5, 9), False, id="while-it-waited"),
        pytest.param((6, 9), False, id="as-it-returned"),
        pytest.param((7, 9), True, id="later"),
    ],
)
def test_nobody_passes_alone(second: tuple, fails: bool) -> None:  # noqa: FBT001
    """p0 passes at 6, with one who had come by then."""
    finding = barrier_passing.blocks(told(wait("p0", (0, 6)), wait("p1", second, 1)))

    assert (finding.outcome is Outcome.FAIL) == fails
    assert {one.kind for one in finding.violations} <= {"passed-alone"}


def test_a_fast_one_is_not_let_in_twice() -> None:
    """p0 passes twice while p1 and p2 pass once: the second time it was alone."""
    first = [wait("p0", (0, 10), 0), wait("p1", (1, 40), 1), wait("p2", (2, 30), 2)]

    assert not barrier_passing.blocks(told(*first, parties=3)).violations
    finding = barrier_passing.blocks(told(*first, wait("p0", (11, 20), 0), parties=3))
    assert only(finding).kind == "passed-alone"


def test_who_raised_passed_with_nobody() -> None:
    """But where an abort may have come after all had passed, it may have."""
    alone = [wait("p0", (0, 6)), broken("p1", (3, 9))]

    assert barrier_passing.blocks(told(*alone)).outcome is Outcome.FAIL
    assert not barrier_passing.blocks(told(*alone, call("abort", (5, 7)))).violations


@pytest.mark.parametrize(
    ("waits", "fails"),
    [
        pytest.param([wait("p0", (0, None)), wait("p1", (1, None))], True, id="two-of-two"),
        pytest.param([wait("p0", (0, None))], False, id="one-of-two"),
        pytest.param([wait("p0", (0, 5)), wait("p1", (1, None))], True, id="one-left-behind"),
        pytest.param(
            [wait("p0", (0, 5)), wait("p1", (1, 6)), wait("p0", (7, None))], False, id="next-generation"
        ),
    ],
)
def test_all_are_released(waits: list, fails: bool) -> None:  # noqa: FBT001
    """In a run that hung, there are not enough left for a generation."""
    finding = barrier_passing.releases(told(*waits, ended="hung"))

    assert (finding.outcome is Outcome.FAIL) == fails
    if fails:
        assert only(finding).kind == "not-released"


@pytest.mark.parametrize(
    ("numbers", "fails"),
    [((0, 1), False), ((1, 0), False), ((0, 0), True), ((1, 2), True), ((0, True), True), ((0, None), True)],
)
def test_numbers_are_those_below_the_parties(numbers: tuple, fails: bool) -> None:  # noqa: FBT001
    """Each once."""
    finding = barrier_passing.indices(told(wait("p0", (0, 5), numbers[0]), wait("p1", (1, 6), numbers[1])))

    assert (finding.outcome is Outcome.FAIL) == fails
    assert finding.judged == 1


def test_each_generation_has_its_own_numbers() -> None:
    """Two generations in which each number is returned twice, but not once in each."""
    waits = [wait("p0", (0, 5), 0), wait("p1", (1, 6), 0), wait("p0", (6, 9), 1), wait("p1", (7, 9), 1)]

    assert len(barrier_passing.indices(told(*waits)).violations) == 2


def test_of_a_crowd_the_numbers_are_counted() -> None:
    """Four actors, two parties: who was with whom is not certain."""
    waits = [wait(f"p{n}", (n, 10 + n), n % 2) for n in range(4)]

    assert barrier_passing.indices(told(*waits)).outcome is Outcome.PASS
    waits[0] = wait("p0", (0, 10), 1)
    assert barrier_passing.indices(told(*waits)).outcome is Outcome.FAIL


def acted(*calls: Operation, first: tuple = (0, 9), second: tuple = (1, 9), do: str = "note") -> History:
    return told(
        wait("p0", first, 0, step=1),
        wait("p1", second, 1, step=1),
        *calls,
        action={"$action": [do]},
    )


def action(actor: str, at: tuple, **rest: object) -> Operation:
    return op(actor, "b", "action", at=at, step=1, **rest)


def test_the_action_is_called_once() -> None:
    """By one of the parties, in its wait; not twice, not never."""
    assert barrier_actions.once_each(acted(action("p1", (3, 4)))).outcome is Outcome.PASS
    assert only(barrier_actions.once_each(acted())).kind == "action-left-out"
    twice = acted(action("p1", (3, 4)), action("p0", (5, 6)))
    assert only(barrier_actions.once_each(twice)).kind == "action-too-often"


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ((0, 9), (2, 9), ""),
        ((0, 9), (3, 9), ""),
        ((0, 9), (4, 9), "action-too-early"),
        ((0, 6), (1, 9), ""),
        ((0, 5), (1, 9), "action-too-late"),
    ],
)
def test_the_action_comes_between_the_last_arrival_and_the_first_departure(
    first: tuple, second: tuple, kind: str
) -> None:
    """It goes from 3 to 6."""
    finding = barrier_actions.first(acted(action("p1", (3, 6)), first=first, second=second))

    assert finding.judged == 1
    assert [one.kind for one in finding.violations] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("own", "other", "fails"),
    [
        ({"raised": error("ActionFailed")}, {"raised": BROKEN}, 0),
        ({"raised": BROKEN}, {"raised": BROKEN}, 1),
        ({}, {"raised": BROKEN}, 1),
        ({"raised": error("ActionFailed")}, {}, 1),
        ({"raised": error("ActionFailed")}, {"raised": error("ActionFailed")}, 1),
        ({}, {}, 2),
    ],
)
def test_an_action_that_raises_breaks_the_barrier(own: dict, other: dict, fails: int) -> None:
    """Its caller gets its error, the others BrokenBarrierError."""
    finding = barrier_actions.failing(
        told(
            wait("p0", (0, 9), step=1, **other),
            wait("p1", (1, 9), step=1, **own),
            action("p1", (3, 4), raised=error("ActionFailed")),
            action={"$action": ["fail"]},
        )
    )

    assert finding.judged == 2
    assert len(finding.violations) == fails


@pytest.mark.parametrize(
    ("others", "kind"),
    [
        pytest.param([], "broken-without-cause", id="nothing"),
        pytest.param([call("abort", (1, 2))], "", id="abort"),
        pytest.param([call("reset", (1, 2))], "", id="reset"),
        pytest.param([wait("p1", (1, None), limit_ms=1)], "", id="a-timeout"),
        pytest.param([call("abort", (7, 9))], "broken-without-cause", id="abort-later"),
    ],
)
def test_a_barrier_breaks_for_a_reason(others: list, kind: str) -> None:
    """p0 was told from 0 to 6 that it was broken."""
    finding = barrier_breaking.with_cause(told(broken("p0", (0, 6)), *others))

    assert [one.kind for one in finding.violations] == ([kind] if kind else [])


def test_a_wait_raises_nothing_else() -> None:
    """An AssertionError is no answer."""
    finding = barrier_breaking.with_cause(told(wait("p0", (0, 6), raised=error("AssertionError"))))

    assert only(finding).kind == "wait-raises-another"


@pytest.mark.parametrize(
    ("elapsed_ms", "limit_ms", "own_ms", "given", "default"),
    [
        (18, 20, None, Outcome.PASS, Outcome.UNKNOWN),
        (17, 20, None, Outcome.FAIL, Outcome.UNKNOWN),
        (17, None, 20, Outcome.UNKNOWN, Outcome.FAIL),
        (18, None, 20, Outcome.UNKNOWN, Outcome.PASS),
        (30, 50, 20, Outcome.FAIL, Outcome.UNKNOWN),
        (30, 20, 50, Outcome.PASS, Outcome.UNKNOWN),
    ],
)
def test_a_timeout_breaks_the_barrier_when_it_is_over(
    elapsed_ms: int, limit_ms: float | None, own_ms: float | None, given: Outcome, default: Outcome
) -> None:
    """That of the wait, or else that of the barrier; the grain is 2 ms."""
    found = told(
        broken("p0", (0, elapsed_ms * MS), limit_ms), **({} if own_ms is None else {"timeout": own_ms / 1e3})
    )

    assert barrier_breaking.given_timeout(found).outcome is given
    assert barrier_breaking.default_timeout(found).outcome is default


def test_zero_is_a_timeout() -> None:
    """It is over at once, whatever the barrier's own is; who waits with it and hangs, has waited too long."""
    told_at_once = told(broken("p0", (0, 1), 0), timeout=60.0)
    hangs = told(wait("p0", (5, None), limit_ms=0), ended="hung", timeout=60.0)

    assert barrier_breaking.given_timeout(told_at_once).outcome is Outcome.PASS
    assert only(barrier_breaking.given_timeout(hangs)).kind == "timed-wait-hangs"


def test_the_first_time_that_is_over_counts() -> None:
    """p0 has none, but p1's is over."""
    found = [broken("p0", (0, 20 * MS)), broken("p1", (1, 21 * MS), 20)]

    assert barrier_breaking.given_timeout(told(*found)).outcome is Outcome.PASS
    found[1] = broken("p1", (5 * MS, 30 * MS), 20)
    assert barrier_breaking.given_timeout(told(*found)).outcome is Outcome.FAIL


@pytest.mark.parametrize(("limit_ms", "outcome"), [(20, Outcome.FAIL), (900, Outcome.UNKNOWN)])
def test_a_timed_wait_must_end(limit_ms: float, outcome: Outcome) -> None:
    """In a run that hung."""
    found = told(wait("p0", (0, None), limit_ms=limit_ms), ended="hung")

    assert barrier_breaking.given_timeout(found).outcome is outcome


@pytest.mark.parametrize("method", ["wait", "abort"])
@pytest.mark.parametrize(
    ("later", "reset", "outcome"),
    [
        pytest.param(broken("p1", (10, 11)), None, Outcome.PASS, id="told"),
        pytest.param(wait("p1", (10, 11)), None, Outcome.FAIL, id="passed"),
        pytest.param(wait("p1", (6, 11)), None, Outcome.UNKNOWN, id="begun-as-it-broke"),
        pytest.param(wait("p1", (10, 11)), (7, 8), Outcome.UNKNOWN, id="reset"),
        pytest.param(wait("p1", (10, 11)), (10, 12), Outcome.UNKNOWN, id="perhaps-reset"),
        pytest.param(wait("p1", (10, 11)), (12, 13), Outcome.FAIL, id="reset-later"),
    ],
)
def test_a_broken_barrier_is_broken_for_all(
    method: str, later: Operation, reset: tuple | None, outcome: Outcome
) -> None:
    """Since it was told at 6, or aborted by then, until it is reset."""
    breaker = broken("p0", (0, 6), 0.0) if method == "wait" else call("abort", (5, 6))
    resets = [call("reset", reset, actor="p2")] if reset else []
    checker = barrier_breaking.for_all if method == "wait" else barrier_breaking.aborted

    finding = checker(told(breaker, later, *resets))

    assert finding.outcome is outcome


@pytest.mark.parametrize("method", ["wait", "abort"])
def test_those_who_wait_are_told(method: str) -> None:
    """p1 waits for ever although the barrier broke."""
    breaker = broken("p0", (0, 6), 0.0) if method == "wait" else call("abort", (5, 6))
    checker = barrier_breaking.for_all if method == "wait" else barrier_breaking.aborted
    waiting = wait("p1", (1, None))

    assert only(checker(told(breaker, waiting, ended="hung"))).kind == f"not-woken-by-{method}"
    assert not checker(told(breaker, waiting, call("reset", (8, 9), actor="p2"), ended="hung")).violations
    assert checker(told(breaker, broken("p1", (1, 9)))).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("waited", "after", "kind"),
    [
        (broken("p0", (0, 20)), 0, ""),
        (wait("p0", (0, 20)), 0, "waiter-not-told"),
        (broken("p0", (0, 20)), 1, "still-waiting-after-reset"),
    ],
)
def test_a_reset_tells_those_who_wait(waited: Operation, after: int, kind: str) -> None:
    """n_waiting had counted p0 before."""
    found = told(
        waited, call(".n_waiting", (3, 4), 1), call("reset", (5, 6)), call(".n_waiting", (7, 8), after)
    )

    finding = barrier_reset.tells_waiters(found)

    assert finding.judged == 1
    assert [one.kind for one in finding.violations] == ([kind] if kind else [])


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(call(".n_waiting", (3, 4), 0), id="it-was-not-there"),
        pytest.param(call(".n_waiting", (5, 6), 1), id="not-before-the-reset"),
    ],
)
def test_who_may_come_after_the_reset_waits_on(seen: Operation) -> None:
    """Without evidence that it was there, it may have come later."""
    found = told(wait("p0", (0, 20)), seen, call("reset", (5, 8), actor="p2"))

    assert barrier_reset.tells_waiters(found).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("reset", "outcome"),
    [
        pytest.param((20, 21), Outcome.FAIL, id="nobody-there"),
        pytest.param((5, 21), Outcome.UNKNOWN, id="while-somebody-waited"),
    ],
)
def test_after_a_reset_it_is_whole(reset: tuple, outcome: Outcome) -> None:
    """What raises then was not broken by anything."""
    found = [broken("p0", (0, 10), 0.0), call("reset", reset)]

    assert barrier_reset.works_again(told(*found, broken("p0", (30, 31)))).outcome is outcome
    passed = told(*found, wait("p0", (30, 33)), wait("p1", (31, 33), 1))
    assert not barrier_reset.works_again(passed).violations


@pytest.mark.parametrize(("to", "fails"), [(2, False), (3, True), (None, True), ("2", True), (2.0, True)])
def test_parties_is_a_number(to: object, fails: bool) -> None:  # noqa: FBT001
    """That with which it was made."""
    assert (barrier_attributes.parties(told(call(".parties", (0, 1), to))).outcome is Outcome.FAIL) == fails


@pytest.mark.parametrize(
    ("at", "to", "fails"),
    [
        ((0, 1), 0, False),
        ((0, 1), 1, True),
        ((5, 6), 1, False),
        ((5, 6), 0, False),
        ((5, 6), 2, True),
        ((10, 11), 1, False),
        ((11, 12), 1, True),
        ((5, 6), -1, True),
    ],
)
def test_n_waiting_counts_only_those_who_wait(at: tuple, to: int, fails: bool) -> None:  # noqa: FBT001
    """p0 waits from 3 to 10."""
    found = told(broken("p0", (3, 10), 0.0), call(".n_waiting", at, to))

    assert (barrier_attributes.n_waiting(found).outcome is Outcome.FAIL) == fails


def test_n_waiting_does_not_go_down_by_itself() -> None:
    """While p0 surely waits on."""
    looks = [call(".n_waiting", (3, 4), 1), call(".n_waiting", (5, 6), 0)]

    assert barrier_attributes.n_waiting(told(wait("p0", (0, None)), *looks)).outcome is Outcome.FAIL
    assert not barrier_attributes.n_waiting(told(wait("p0", (0, 6)), *looks)).violations
    assert not barrier_attributes.n_waiting(told(wait("p0", (0, None), limit_ms=0), *looks)).violations


@pytest.mark.parametrize(
    ("operations", "to", "outcome"),
    [
        pytest.param([], False, Outcome.PASS, id="new"),
        pytest.param([], True, Outcome.FAIL, id="new-but-broken"),
        pytest.param([call("abort", (0, 1))], True, Outcome.PASS, id="aborted"),
        pytest.param([call("abort", (0, 1))], False, Outcome.FAIL, id="aborted-but-whole"),
        pytest.param(
            [call("abort", (0, 1), actor="p2"), call("reset", (2, 3))], False, Outcome.PASS, id="reset"
        ),
        pytest.param(
            [call("abort", (0, 1)), call("reset", (2, 3))], True, Outcome.FAIL, id="reset-but-broken"
        ),
        pytest.param([call("abort", (9, 12), actor="p2")], True, Outcome.UNKNOWN, id="perhaps"),
        pytest.param([broken("p0", (0, 5), 0.0)], False, Outcome.FAIL, id="timed-out-but-whole"),
        pytest.param([wait("p0", (0, None), limit_ms=0)], True, Outcome.UNKNOWN, id="perhaps-timed-out"),
        pytest.param([call("abort", (9, 11), actor="p2")], None, Outcome.UNKNOWN, id="uncertain"),
        pytest.param([], None, Outcome.FAIL, id="none"),
    ],
)
def test_broken_tells_whether_it_is(operations: list, to: object, outcome: Outcome) -> None:
    """It is read from 10 to 11."""
    found = told(*operations, call(".broken", (10, 11), to))

    assert barrier_attributes.broken(found).outcome is outcome


@pytest.mark.parametrize(
    ("method", "name", "fails"),
    [
        ("wait", "BrokenBarrierError", False),
        ("wait", "ActionFailed", False),
        ("wait", "RuntimeError", True),
        ("reset", "BrokenBarrierError", True),
        (".broken", "AttributeError", True),
    ],
)
def test_only_what_is_documented_is_raised(method: str, name: str, fails: bool) -> None:  # noqa: FBT001
    """By a wait, and by no other; an error of a base class is another one."""
    found = told(op("main", "b", method, at=(0, 1), raised=error(name, bases=("RuntimeError", "Exception"))))

    assert (condition_surprises.errors(found).outcome is Outcome.FAIL) == fails


def order(*operations: Operation, parties: int = 2, **rest: Json) -> Finding:
    return barrier_orders.explained(told(*operations, parties=parties, **rest))


@pytest.mark.parametrize(
    ("second", "fails"),
    [
        pytest.param(wait("p1", (5 * MS, 9 * MS), 1), False, id="another number"),
        pytest.param(wait("p1", (5 * MS, 9 * MS), 0), True, id="the same number"),
        pytest.param(wait("p1", (5 * MS, 9 * MS), 2), True, id="a number that there is not"),
        pytest.param(wait("p1", (5 * MS, 9 * MS), [1]), True, id="a list"),
        pytest.param(wait("p1", (5 * MS, 9 * MS), to=True), True, id="a truth value"),
        pytest.param(wait("p1", (6 * MS, 9 * MS), 1), False, id="at the same instant"),
        pytest.param(wait("p1", (6 * MS + 1, 9 * MS), 1), True, id="too late"),
        pytest.param(broken("p1", (5 * MS, 9 * MS)), True, id="broken by nothing"),
    ],
)
def test_all_calls_have_an_order(second: Operation, fails: bool) -> None:  # noqa: FBT001
    """Each number once; both there at one instant; nothing that nobody caused."""
    found = order(wait("p0", (0, 6 * MS), 0), second)

    assert [v.kind for v in found.violations] == ["calls-unexplained"] * fails
    assert found.judged == 2


@pytest.mark.parametrize(
    ("calls", "fails"),
    [
        pytest.param((call("abort", (0, MS)), broken("p0", (2 * MS, 3 * MS))), False, id="aborted"),
        pytest.param((call("abort", (0, MS)), wait("p0", (2 * MS, 3 * MS))), True, id="passed all the same"),
        pytest.param(
            (call("abort", (0, MS)), call("reset", (2 * MS, 3 * MS)), broken("p0", (4 * MS, 5 * MS))),
            True,
            id="broken after a reset",
        ),
        pytest.param(
            (call("abort", (0, MS)), call("reset", (2 * MS, 4 * MS)), broken("p0", (4 * MS, 5 * MS))),
            False,
            id="while it was reset",
        ),
        pytest.param(
            (wait("p0", (0, 9 * MS)), wait("p1", (MS, 2 * MS), 1), call("abort", (3 * MS, 4 * MS))),
            False,
            id="passed before the abort",
        ),
        pytest.param(
            (broken("p0", (0, 9 * MS)), wait("p1", (MS, 2 * MS), 1), call("abort", (3 * MS, 4 * MS))),
            False,
            id="told of the abort though it had passed",
        ),
        pytest.param(
            (broken("p0", (0, 3 * MS)), wait("p1", (MS, 2 * MS), 1), call("abort", (4 * MS, 5 * MS))),
            True,
            id="told before the abort",
        ),
        pytest.param(
            (
                broken("p0", (0, 9 * MS)),
                wait("p1", (MS, 2 * MS), 1),
                call("reset", (3 * MS, 4 * MS), actor="p1"),
            ),
            True,
            id="told of the reset by one who passed with it",
        ),
        pytest.param(
            (
                wait("p0", (0, 9 * MS)),
                wait("p1", (MS, 2 * MS), 1),
                call("reset", (3 * MS, 4 * MS), actor="p1"),
                broken("p1", (5 * MS, 9 * MS)),
            ),
            True,
            id="told of a reset before it came",
        ),
        pytest.param(
            (broken("p0", (0, 9 * MS)), wait("p1", (MS, 2 * MS), 1), call("reset", (3 * MS, 4 * MS))),
            False,
            id="told of a reset by another though it had passed",
        ),
        pytest.param(
            (
                broken("p0", (0, 9 * MS)),
                wait("p1", (MS, 2 * MS), 1),
                call("abort", (3 * MS, 4 * MS), actor="p1"),
                call("reset", (5 * MS, 6 * MS), actor="p1"),
            ),
            False,
            id="told of the abort before the reset",
        ),
        pytest.param((broken("p0", (0, 18 * MS), 20), broken("p1", (0, 19 * MS))), False, id="timed out"),
        pytest.param((broken("p0", (0, 18 * MS - 1), 20), broken("p1", (0, 19 * MS))), True, id="too early"),
    ],
)
def test_what_breaks_a_barrier_breaks_it_for_all(calls: tuple[Operation, ...], fails: bool) -> None:  # noqa: FBT001
    """Abort, reset and timeout together, each within its time."""
    assert [v.kind for v in order(*calls).violations] == ["calls-unexplained"] * fails


def test_who_could_go_on_may_not_hang() -> None:
    """Two wait for ever at a barrier of two; one alone may, and so may one with a timeout of a minute."""
    one, other = wait("p0", (5, None)), wait("p1", (MS, None))
    patient, before = wait("p0", (5, None), limit_ms=60_000), call("reset", (1, 2))

    assert order(one, other, ended="hung").violations
    assert not order(one, before, ended="hung").violations
    assert not order(patient, before, ended="hung").violations


def test_of_too_many_orders_nothing_is_said() -> None:
    """They are counted; of more calls than can be tried, not even that."""
    many = [wait(f"p{n}", (0, 9 * MS)) for n in range(24)]

    assert order(*many).measures == {"undecided": 1}
    assert order(*many, wait("p24", (0, 9 * MS))).measures == {}
    assert not order(*many).judged


@pytest.mark.parametrize(
    ("calls", "rest"),
    [
        pytest.param((wait("p0", (0, MS)),), {}, id="one call"),
        pytest.param(
            (wait("p0", (0, MS)), wait("p1", (2, 3))), {"action": {"$action": ["fail"]}}, id="fails"
        ),
    ],
)
def test_what_is_not_judged(calls: tuple[Operation, ...], rest: dict[str, Json]) -> None:
    """A call alone is judged elsewhere; and an action that raises breaks it, too."""
    assert order(*calls, **rest).judged == 0


def meets(waits: tuple[Operation, ...], parties: int) -> bool:
    """Whether those who returned can be put into generations that each have an instant: tries all ways."""
    first = next((one for one in waits if one.ok), None)
    if first is None:
        return True
    for others in combinations([one for one in waits if one is not first], parties - 1):
        generation = (first, *others)
        latest = max(one.invoked_ns for one in generation)
        together = all(one.returned_ns is None or latest <= one.returned_ns for one in generation)
        if together and meets(tuple(one for one in waits if one not in generation), parties):
            return True
    return False


@pytest.mark.parametrize("seeds", SCALE)
def test_who_passes_a_barrier_that_nothing_breaks_agrees_with_exhaustive_search(seeds: range) -> None:
    """The earliest first takes its generation from those who must go soonest: exact."""
    verdicts = set()
    for seed in seeds:
        rng = Random(seed)
        parties = rng.randint(2, 3)
        waits = tuple(wait(actor, (begin, end)) for actor, begin, end in intervals(rng, rng.randint(2, 4)))
        expected = meets(waits, parties)
        verdicts.add(expected)

        found = barrier_passing.blocks(told(*waits, parties=parties))
        assert (found.outcome is not Outcome.FAIL) == expected, (parties, waits)
    assert verdicts == {True, False}
