"""The checkers of wait_for, and of what a kill leaves alone, on tapes written by hand."""

import msgspec
import pytest

from condition_search import TICK_NS
from condition_search import condition_history as told
from mpconform.checkers import condition_faults, condition_wait_for
from mpconform.values import Finding, History, Operation, Outcome, Violation
from tape import error, op

MS = TICK_NS


def only(finding: Finding) -> Violation:
    (violation,) = finding.violations
    assert violation.summary.endswith(".")
    assert violation.story.endswith(".")
    assert 1 <= len(violation.witness) <= 4
    return violation


def waited(
    calls: list[tuple], to: object, *, end: int | None = 100, limit_ms: float | None = None, **rest: object
) -> tuple[Operation, ...]:
    """p0 acquires, calls wait_for, whose predicate is called as *calls* say (at, result), and releases."""
    limit_s = None if limit_ms is None else limit_ms / 1e3
    taken = op("p0", "c", "acquire", at=(0, 1), to=True, step=1)
    outer = op("p0", "c", "wait_for", at=(2, end), to=to, timeout_s=limit_s, step=2, **rest)
    asked = [op("p0", "c", "predicate", at=at, to=result, step=2) for at, result in calls]
    after = [] if end is None else [op("p0", "c", "release", at=(end + 1, end + 2), step=3)]
    return (taken, outer, *asked, *after)


def notified(begin: int) -> tuple[Operation, ...]:
    return (
        op("p1", "c", "acquire", at=(begin, begin + 1), to=True),
        op("p1", "c", "notify_all", at=(begin + 2, begin + 3)),
        op("p1", "c", "release", at=(begin + 4, begin + 5)),
    )


@pytest.mark.parametrize(
    ("calls", "to", "limit_ms", "outcome"),
    [
        pytest.param([((3, 4), 5)], 5, None, Outcome.PASS, id="true-at-once"),
        pytest.param([((3, 4), ""), ((50, 51), 5)], 5, None, Outcome.PASS, id="true-at-last"),
        pytest.param([((3, 4), ""), ((50, 51), 5)], True, None, Outcome.FAIL, id="true-is-not-five"),
        pytest.param([((3, 4), 1)], True, None, Outcome.FAIL, id="true-is-not-one"),
        pytest.param([((3, 4), "")], "", None, Outcome.FAIL, id="false-without-a-timeout"),
        pytest.param([((3, 4), "")], "", 0.0, Outcome.PASS, id="false-with-a-timeout"),
        pytest.param([((3, 4), "")], False, 0.0, Outcome.FAIL, id="another-false"),
        pytest.param([((3, 4), 5), ((50, 51), "")], 5, 0.0, Outcome.FAIL, id="not-the-last"),
        pytest.param([], 5, None, Outcome.FAIL, id="never-asked"),
    ],
)
def test_the_answer_is_that_of_the_predicate(
    calls: list, to: object, limit_ms: float | None, outcome: Outcome
) -> None:
    """The very value of the last call, of the same type."""
    assert condition_wait_for.answers(told(*waited(calls, to, limit_ms=limit_ms))).outcome is outcome


@pytest.mark.parametrize(
    ("elapsed_ms", "to", "outcome"),
    [(18, "", Outcome.PASS), (17, "", Outcome.FAIL), (17, 3, Outcome.UNKNOWN), (40, "", Outcome.PASS)],
)
def test_it_gives_up_when_its_time_is_over(elapsed_ms: int, to: object, outcome: Outcome) -> None:
    """Twenty milliseconds, with a grain of two; not if its predicate was true."""
    history = told(*waited([((3, 4), to)], to, end=2 + elapsed_ms * MS, limit_ms=20))

    assert condition_wait_for.timeout(history).outcome is outcome


@pytest.mark.parametrize(
    ("asked_ms", "kind"),
    [
        pytest.param((0, 5, 26), "", id="one-that-was-under-way"),
        pytest.param((0, 5, 27, 27), "", id="not-after-the-grain"),
        pytest.param((0, 5, 27.1, 40), "wait-for-goes-on", id="another"),
        pytest.param((0, 500, 510, 520), "", id="it-looked-at-the-clock-late"),
        pytest.param((0, 500, 523, 530), "wait-for-goes-on", id="late-and-another"),
    ],
)
def test_it_does_not_begin_its_time_anew(asked_ms: tuple[float, ...], kind: str) -> None:
    """Twenty milliseconds from the second call of its predicate on, by when it knows its deadline."""
    calls = [((3 + int(ms * MS), 4 + int(ms * MS)), "") for ms in asked_ms]
    finding = condition_wait_for.timeout(told(*waited(calls, "", end=600 * MS, limit_ms=20)))

    assert [one.kind for one in finding.violations] == ([kind] if kind else [])


def test_a_timed_one_must_end() -> None:
    """In a run that hung, while nobody had the lock."""
    asked = [((3, 4), "")]
    hung = told(*waited(asked, None, end=None, limit_ms=20), ended="hung")
    held = op("p1", "c", "acquire", at=(20, 21), to=True)

    assert only(condition_wait_for.timeout(hung)).kind == "timed-wait-for-hangs"
    assert not condition_wait_for.timeout(
        told(*waited(asked, None, end=None, limit_ms=20), held, ended="hung")
    ).violations


@pytest.mark.parametrize(
    ("held", "outcome"),
    [
        pytest.param((45, 55), Outcome.FAIL, id="around"),
        pytest.param((51, 60), Outcome.FAIL, id="from-the-midst"),
        pytest.param((53, 60), Outcome.UNKNOWN, id="after"),
        pytest.param((52, 60), Outcome.PASS, id="from-its-end"),
        pytest.param((20, 50), Outcome.PASS, id="until-its-begin"),
    ],
)
def test_the_predicate_is_called_with_the_lock(held: tuple[int, int], outcome: Outcome) -> None:
    """Nobody else surely has it at an instant of the call, which goes from 50 to 52."""
    history = told(
        *waited([((3, 4), ""), ((50, 52), 5)], 5),
        op("p1", "c", "acquire", at=(held[0] - 1, held[0]), to=True),
        op("p1", "c", "release", at=(held[1], held[1] + 1)),
    )

    finding = condition_wait_for.asks_with_lock(history)

    assert (finding.outcome is Outcome.FAIL) == (outcome is Outcome.FAIL)
    if outcome is Outcome.FAIL:
        assert only(finding).kind == "asked-without-lock"
    elif outcome is Outcome.PASS:
        assert finding.judged


@pytest.mark.parametrize(
    ("calls", "fails"),
    [
        pytest.param([((3, 4), "")], True, id="not-asked-again"),
        pytest.param([((3, 4), ""), ((50, 51), "")], False, id="asked-again"),
    ],
)
def test_a_notify_makes_it_ask_again(calls: list, fails: bool) -> None:  # noqa: FBT001
    """If it hangs, its last question came after the last notify."""
    history = told(*waited(calls, None, end=None), *notified(20), ended="hung")

    finding = condition_wait_for.woken(history)

    assert finding.judged
    assert (finding.outcome is Outcome.FAIL) == fails


def test_a_notify_before_it_waits_wakes_nobody() -> None:
    """The predicate is called with the lock: what was notified before, it has seen."""
    history = told(
        *notified(0),
        op("p0", "c", "acquire", at=(10, 11), to=True, step=1),
        op("p0", "c", "wait_for", at=(12, None), step=2),
        op("p0", "c", "predicate", at=(13, 14), to="", step=2),
        ended="hung",
    )

    assert condition_wait_for.woken(history).outcome is Outcome.UNKNOWN


def killed(*after: Operation, ended: str = "normally") -> History:
    """p0 uses c, and is killed by main at 20."""
    return told(
        op("p0", "c", "acquire", at=(0, 1), to=True),
        op("p0", "c", "wait", at=(2, None)),
        op("main", "p0", "kill", at=(19, 20)),
        *after,
        given=True,
        ended=ended,
    )


@pytest.mark.parametrize(
    ("operation", "outcome", "kind"),
    [
        (op("p1", "d", "notify", at=(30, 31)), Outcome.PASS, ""),
        (op("p1", "d", "notify", at=(10, 31)), Outcome.UNKNOWN, ""),
        (op("p1", "d", "notify", at=(30, None)), Outcome.FAIL, "other-object-blocked"),
        (
            op("p1", "d", "notify", at=(30, 31), raised=error("AssertionError")),
            Outcome.FAIL,
            "other-object-raises",
        ),
        (op("p1", "d", "wait", at=(30, 31), raised=error("BrokenBarrierError")), Outcome.PASS, ""),
        (op("p1", "c", "notify", at=(30, None)), Outcome.UNKNOWN, ""),
    ],
)
def test_a_kill_concerns_what_the_dead_one_used(operation: Operation, outcome: Outcome, kind: str) -> None:
    """What it did not use works on; of the rest it is noted what became of it."""
    finding = condition_faults.others_survive(
        killed(operation, ended="hung" if operation.open else "normally")
    )

    assert finding.outcome is outcome
    assert [one.kind for one in finding.violations] == ([kind] if kind else [])
    assert bool(finding.notes) == (operation.target == "c")


def test_a_census_tells_who_lives() -> None:
    """Who has died itself does not block."""
    history = killed(op("p1", "d", "notify", at=(30, None)), ended="hung")
    gone = msgspec.structs.replace(history, census={})

    assert not condition_faults.others_survive(gone).violations
