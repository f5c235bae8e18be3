"""The checkers of wait and notify, on tapes written by hand."""

import msgspec
import pytest

from condition_search import TICK_NS
from condition_search import condition_history as told
from mpconform.checkers import condition_notify, condition_waits
from mpconform.values import Fault, Finding, Operation, Outcome, Violation
from tape import error, op

MS = TICK_NS


def section(actor: str, begin: int, *inside: Operation, end: int | None = None) -> tuple[Operation, ...]:
    """Acquire at *begin*, do what is *inside*, release at *end*."""
    last = end if end is not None else max((o.returned_ns or 0 for o in inside), default=begin + 1) + 1
    return (
        op(actor, "c", "acquire", at=(begin, begin + 1), to=True),
        *inside,
        *(() if any(o.open for o in inside) else (op(actor, "c", "release", at=(last, last + 1)),)),
    )


def waits(
    actor: str, begin: int, end: int | None, to: object = "yes", limit_ms: float | None = None
) -> tuple[Operation, ...]:
    """A section of *actor* in which it waits from *begin* + 2 to *end*."""
    limit_s = None if limit_ms is None else limit_ms / 1e3
    to = True if to == "yes" else to
    return section(actor, begin, op(actor, "c", "wait", at=(begin + 2, end), to=to, timeout_s=limit_s))


def notifies(actor: str, begin: int, count: int | None = 1, end: int | None = 0) -> tuple[Operation, ...]:
    """A section of *actor* in which it notifies."""
    at = (begin + 2, begin + 3 if end == 0 else end)
    inside = op(actor, "c", "notify_all", at=at) if count is None else op(actor, "c", "notify", count, at=at)
    return section(actor, begin, inside)


def only(finding: Finding) -> Violation:
    (violation,) = finding.violations
    assert violation.summary.endswith(".")
    assert violation.story.endswith(".")
    assert 1 <= len(violation.witness) <= 4
    return violation


@pytest.mark.parametrize(
    ("limit_ms", "to", "outcome"),
    [
        (None, True, Outcome.PASS),
        (None, False, Outcome.FAIL),
        (None, None, Outcome.FAIL),
        (1.0, True, Outcome.PASS),
        (1.0, False, Outcome.PASS),
        (1.0, None, Outcome.FAIL),
        (1.0, 1, Outcome.FAIL),
    ],
)
def test_a_wait_answers_with_a_bool(limit_ms: float | None, to: object, outcome: Outcome) -> None:
    """True without a timeout; True or False with one."""
    assert condition_waits.answers(told(*waits("p0", 0, 20, to, limit_ms))).outcome is outcome


@pytest.mark.parametrize(
    ("elapsed_ms", "outcome"), [(18, Outcome.PASS), (17, Outcome.FAIL), (30, Outcome.PASS)]
)
def test_a_wait_gives_up_when_its_time_is_over(elapsed_ms: int, outcome: Outcome) -> None:
    """Twenty milliseconds, with a grain of two."""
    finding = condition_waits.timeout(told(*waits("p0", 0, 2 + elapsed_ms * MS, False, 20)))  # noqa: FBT003

    assert finding.outcome is outcome
    assert finding.judged == 1


@pytest.mark.parametrize(
    ("limit_ms", "ended", "outcome"),
    [(20, "hung", Outcome.FAIL), (900, "hung", Outcome.UNKNOWN), (20, "normally", Outcome.UNKNOWN)],
)
def test_a_timed_wait_must_end(limit_ms: int, ended: str, outcome: Outcome) -> None:
    """In a run that hung, a short time is over."""
    assert (
        condition_waits.timeout(told(*waits("p0", 0, None, limit_ms=limit_ms), ended=ended)).outcome
        is outcome
    )


def test_a_timed_wait_may_wait_for_the_lock() -> None:
    """Its time is over, but another one has the lock."""
    held = op("p1", "c", "acquire", at=(5, 6), to=True)

    assert not condition_waits.timeout(
        told(*waits("p0", 0, None, limit_ms=20), held, ended="hung")
    ).violations


@pytest.mark.parametrize(
    ("notified", "kind"),
    [
        pytest.param(notifies("p1", 5), "", id="while-it-waits"),
        pytest.param((), "spurious-wake-up", id="never"),
        pytest.param(notifies("p1", -10), "stored-notification", id="before"),
        pytest.param(notifies("p1", 40), "spurious-wake-up", id="after"),
        pytest.param(notifies("p1", 5, 0), "spurious-wake-up", id="none"),
    ],
)
def test_a_wake_up_needs_a_notify(notified: tuple[Operation, ...], kind: str) -> None:
    """While it waited, on the same condition."""
    finding = condition_waits.not_stored(told(*waits("p0", 0, 20), *notified))

    assert finding.judged == 1
    assert [one.kind for one in finding.violations] == ([kind] if kind else [])


def test_another_condition_wakes_nobody() -> None:
    """They share a lock, and nothing else."""
    others = section("p1", 5, op("p1", "d", "notify", at=(7, 8)))

    finding = condition_waits.not_stored(told(*waits("p0", 0, 20), *others, given=True))

    assert only(finding).kind == "spurious-wake-up"


@pytest.mark.parametrize(
    ("counts", "woken", "fails"),
    [
        pytest.param((1,), 1, False, id="one"),
        pytest.param((1,), 2, True, id="one more"),
        pytest.param((2,), 2, False, id="two"),
        pytest.param((1, 1), 2, False, id="twice one"),
        pytest.param((1, 1), 3, True, id="twice one, and one more"),
        pytest.param((1, None), 3, False, id="one, and all"),
    ],
)
def test_a_notify_wakes_at_most_so_many(counts: tuple, woken: int, fails: bool) -> None:  # noqa: FBT001
    """Whoever returns True has had a notify of its own."""
    waiting = [o for n in range(3) for o in waits(f"p{n}", n * 5, 500 + n * 10 if n < woken else None)]
    notified = [o for n, count in enumerate(counts) for o in notifies("main", 100 + n * 10, count)]

    finding = condition_notify.at_most(told(*waiting, *notified))

    assert (finding.outcome is Outcome.FAIL) == fails
    if fails:
        assert only(finding).kind == "too-many-woken"
    if None not in counts:
        assert finding.judged


def test_who_came_back_before_the_second_notify_was_woken_by_the_first() -> None:
    """Two returned between them, and the first one wakes one."""
    history = told(
        *waits("p0", 0, 200), *waits("p1", 10, 210), *notifies("main", 100), *notifies("main", 300)
    )

    assert only(condition_notify.at_most(history)).kind == "too-many-woken"


@pytest.mark.parametrize(
    ("count", "others", "checker", "fails"),
    [
        pytest.param(1, 0, condition_notify.at_least, True, id="nobody else"),
        pytest.param(1, 1, condition_notify.at_least, False, id="another one"),
        pytest.param(2, 1, condition_notify.at_least, True, id="one of two"),
        pytest.param(2, 2, condition_notify.at_least, False, id="two others"),
        pytest.param(None, 2, condition_notify.all_woken, True, id="all but one"),
        pytest.param(None, 2, condition_notify.at_least, False, id="not its business"),
    ],
)
def test_a_wake_up_is_not_lost(count: int | None, others: int, checker: object, fails: bool) -> None:  # noqa: FBT001
    """p9 waits for ever: then so many others were woken as the notify says."""
    waiting = [o for n in range(others) for o in waits(f"p{n}", n * 5, 500 + n * 10)]
    history = told(*waits("p9", 50, None), *waiting, *notifies("main", 100, count), ended="hung")

    finding = checker(history)

    assert (finding.outcome is Outcome.FAIL) == fails
    if fails:
        assert {o.method for o in only(finding).witness} >= {"wait"}


@pytest.mark.parametrize(
    ("limit_ms", "fails"),
    [
        pytest.param(20, True, id="its time was not over"),
        pytest.param(2, False, id="its time may have been over"),
    ],
)
def test_who_gives_up_later_was_missed(limit_ms: int, fails: bool) -> None:  # noqa: FBT001
    """A wait that returns False although notify_all was called in its time."""
    history = told(*waits("p0", 0, 30 * MS, False, limit_ms), *notifies("main", 100, None))  # noqa: FBT003

    assert (condition_notify.all_woken(history).outcome is Outcome.FAIL) == fails


def test_a_notify_may_be_spent_on_one_whose_time_is_over() -> None:
    """p0 gave up, perhaps just when it was notified; p1 goes on waiting."""

    def judged(limit_ms: float) -> Finding:
        late = 10 * MS
        return condition_notify.at_least(
            told(
                *waits("p0", 0, 2 * late, False, limit_ms),  # noqa: FBT003
                *waits("p1", 10, None),
                *notifies("main", late),
                ended="hung",
            )
        )

    assert not judged(limit_ms=9).violations
    assert only(judged(limit_ms=15)).kind == "wake-up-lost"


@pytest.mark.parametrize(
    "excuse",
    [
        pytest.param(op("p5", "c", "acquire", at=(300, 301), to=True), id="somebody has the lock"),
        pytest.param(op("p5", "c", "acquire", at=(300, None)), id="somebody wants the lock"),
    ],
)
def test_who_was_woken_may_wait_for_the_lock(excuse: Operation) -> None:
    """It has not come back, but nothing says that it was not woken."""
    history = told(*waits("p0", 0, None), *notifies("main", 100, None), excuse, ended="hung")

    assert not condition_notify.all_woken(history).violations


def test_who_may_begin_to_wait_later_is_not_missed() -> None:
    """Its acquire had not surely come before: p0 had the lock only after the notify."""
    history = told(*waits("p0", 200, None), *notifies("main", 100, None), ended="hung")

    finding = condition_notify.all_woken(history)

    assert finding.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("method", ["notify", "notify_all"])
def test_a_notify_returns(method: str) -> None:
    """And raises nothing, if nobody was killed."""

    def judged(ended: str = "normally", **rest: object) -> Finding:
        at = (2, None) if ended == "hung" else (2, 3)
        return condition_notify.returns(
            told(*section("main", 0, op("main", "c", method, at=at, **rest)), ended=ended)
        )

    assert judged().outcome is Outcome.PASS
    assert only(judged("hung")).kind == f"{method}-hangs"
    assert only(judged(raised=error("AssertionError"))).kind == f"{method}-raises"


def test_beside_a_killed_process_nothing_is_promised() -> None:
    """A notify that blocks, or a wake-up that is lost, is then noted only."""
    history = told(*waits("p0", 0, None), *notifies("main", 100, None, end=None), ended="hung")
    fault = Fault(actor="p0", signal="SIGKILL", after=1)
    history = msgspec.structs.replace(
        history, scenario=msgspec.structs.replace(history.scenario, faults=(fault,))
    )

    finding = condition_notify.returns(history)

    assert finding.outcome is Outcome.UNKNOWN
    assert finding.notes == {"notify_all beside a kill blocked": 1}
    assert not condition_notify.all_woken(history).violations
