"""The checkers of a condition's lock, on tapes written by hand."""

import pytest

from condition_search import condition_history as told
from mpconform.checkers import condition_errors, condition_lock, condition_surprises
from mpconform.values import Finding, Operation, Outcome, Violation
from tape import error, op

ASSERTION = error("AssertionError")
#: A long time for those who have nothing more to do.
LAST = 900


def acquire(actor: str, at: tuple, target: str = "c", *, to: object = True, **rest: object) -> Operation:
    return op(actor, target, "acquire", at=at, to=to, **rest)


def release(actor: str, at: tuple, target: str = "c", **rest: object) -> Operation:
    return op(actor, target, "release", at=at, **rest)


def wait(actor: str, at: tuple, *, to: object = True, **rest: object) -> Operation:
    return op(actor, "c", "wait", at=at, to=to, **rest)


def notify(actor: str, at: tuple, *count: int, **rest: object) -> Operation:
    return op(actor, "c", "notify", *count, at=at, **rest)


def only(finding: Finding) -> Violation:
    (violation,) = finding.violations
    assert violation.summary.endswith(".")
    assert violation.story.endswith(".")
    assert 1 <= len(violation.witness) <= 4
    return violation


@pytest.mark.parametrize(
    ("begin", "outcome"),
    [
        pytest.param(5, Outcome.FAIL, id="while-surely-held"),
        pytest.param(9, Outcome.FAIL, id="returned-before-the-release-began"),
    ],
)
@pytest.mark.parametrize("second", ["c", "d", "l"])
def test_two_never_have_one_lock(begin: int, outcome: Outcome, second: str) -> None:
    """Whatever name it is taken by."""
    history = told(
        acquire("p0", (0, 1)),
        release("p0", (11, 12)),
        acquire("p1", (begin, 10), second),
        release("p1", (20, 21), second),
        given=True,
    )

    finding = condition_lock.exclusive(history)

    assert finding.outcome is outcome
    assert only(finding).kind == "lock-not-exclusive"


@pytest.mark.parametrize("end", [11, 15])
def test_a_lock_may_be_had_as_soon_as_its_release_has_begun(end: int) -> None:
    """Equal stamps order nothing, and a release takes effect before it returns."""
    history = told(acquire("p0", (0, 1)), release("p0", (11, 16)), acquire("p1", (5, end)))

    finding = condition_lock.exclusive(history)

    assert finding.outcome is Outcome.PASS
    assert finding.judged == 1


def test_who_waits_lets_others_in() -> None:
    """Between its two sections, the lock is free for others: no overlap."""
    history = told(
        acquire("p0", (0, 1)),
        wait("p0", (2, 20)),
        release("p0", (30, 31)),
        acquire("p1", (3, 5)),
        notify("p1", (6, 7)),
        release("p1", (8, 9)),
    )

    for checker in (condition_lock.exclusive, condition_lock.reacquired, condition_lock.released):
        assert not checker(history).violations
    assert condition_lock.released(history).judged == 1
    assert condition_lock.reacquired(history).judged == 1


@pytest.mark.parametrize(
    ("hung", "outcome"),
    [
        pytest.param("hung", Outcome.FAIL, id="for-ever"),
        pytest.param("normally", Outcome.UNKNOWN, id="the-run-did-not-hang"),
    ],
)
def test_a_wait_that_keeps_the_lock_keeps_others_out(hung: str, outcome: Outcome) -> None:
    """Who acquires for ever while all others wait, shows that a wait did not release."""
    history = told(acquire("p0", (0, 1)), wait("p0", (2, None)), acquire("main", (5, None)), ended=hung)

    finding = condition_lock.released(history)

    assert finding.outcome is outcome
    if outcome is Outcome.FAIL:
        assert only(finding).kind == "wait-keeps-lock"


def test_nobody_is_blamed_for_waiting_while_somebody_has_the_lock() -> None:
    """p1 never released: the acquire of main has to wait."""
    history = told(
        acquire("p0", (0, 1)),
        wait("p0", (2, None)),
        acquire("p1", (3, 4)),
        acquire("main", (5, None)),
        ended="hung",
    )

    assert not condition_lock.released(history).violations


@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        pytest.param((12, 14), Outcome.FAIL, id="when-nobody-can-have-it"),
        pytest.param((10, 14), Outcome.UNKNOWN, id="begun-as-the-release-returned"),
        pytest.param((12, 30), Outcome.UNKNOWN, id="when-the-next-one-may-have-it"),
    ],
)
def test_a_try_while_all_wait_must_succeed(at: tuple, outcome: Outcome) -> None:
    """p1 had the lock after p0 began to wait, so p0 had released it, and nobody notified before 30."""
    history = told(
        acquire("p0", (0, 1)),
        wait("p0", (2, 40)),
        release("p0", (50, 51)),
        acquire("p1", (3, 5)),
        release("p1", (6, 10)),
        acquire("p2", at, to=False),
        acquire("p1", (30, 31)),
        notify("p1", (32, 33)),
        release("p1", (34, 35)),
    )

    finding = condition_lock.released(history)

    assert bool(finding.violations) is (outcome is Outcome.FAIL)


@pytest.mark.parametrize("depth", [1, 2])
def test_a_release_that_is_refused_after_a_wait_shows_that_it_has_not_the_lock(depth: int) -> None:
    """With one level it is the lock that is missing, with several a level."""
    taken = [acquire("p0", (n * 2, n * 2 + 1)) for n in range(depth)]
    history = told(*taken, wait("p0", (20, 30)), release("p0", (40, 41), raised=ASSERTION))

    once, often = condition_lock.reacquired(history), condition_lock.levels(history)

    assert (once.outcome is Outcome.FAIL) == (depth == 1)
    assert (often.outcome is Outcome.FAIL) == (depth == 2)
    assert only(once if depth == 1 else often).kind == "lock-not-had-after-wait"


@pytest.mark.parametrize(
    ("given", "fails"), [((24, 25), True), ((20, 21), False)], ids=["still-had", "released-before"]
)
def test_a_wait_that_returns_while_another_has_the_lock_shares_it(given: tuple, fails: bool) -> None:  # noqa: FBT001
    """p1 surely has the lock until its release begins."""
    history = told(
        acquire("p0", (0, 1)),
        wait("p0", (2, 22), to=False, timeout_s=0.0),
        release("p0", (30, 31)),
        acquire("p1", (3, 5)),
        release("p1", given),
    )

    finding = condition_lock.reacquired(history)

    assert (finding.outcome is Outcome.FAIL) == fails
    if fails:
        assert only(finding).kind == "lock-shared-after-wait"


def test_levels_are_all_released_in_the_end() -> None:
    """Who tries when all levels are released must get the lock; not before."""

    def tried(at: tuple, to: object) -> Finding:
        return condition_lock.levels(
            told(
                acquire("p0", (0, 1)),
                acquire("p0", (2, 3)),
                wait("p0", (4, 10), to=False, timeout_s=0.0),
                release("p0", (11, 12)),
                release("p0", (20, 21)),
                acquire("p1", at, to=to),
                release("p1", (LAST, LAST + 1), raised=None if to else ASSERTION),
            )
        )

    assert not tried((13, 14), to=False).violations
    assert only(tried((13, 14), to=True)).kind == "lock-shared-after-wait"
    assert not tried((21, 22), to=False).violations
    assert only(tried((22, 23), to=False)).kind == "lock-kept-after-wait"
    assert tried((22, 23), to=True).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("second", "ended", "outcome"),
    [
        (acquire("main", (2, 3)), "normally", Outcome.PASS),
        (acquire("main", (2, 3), to=False), "normally", Outcome.FAIL),
        (acquire("main", (2, None)), "hung", Outcome.FAIL),
        (acquire("main", (2, None)), "normally", Outcome.UNKNOWN),
    ],
)
def test_an_owner_may_acquire_again(second: Operation, ended: str, outcome: Outcome) -> None:
    """A condition without a lock has an RLock."""
    finding = condition_lock.recursive(told(acquire("main", (0, 1)), second, ended=ended))

    assert finding.outcome is outcome
    if outcome is Outcome.FAIL:
        assert only(finding).kind == "owner-denied"


def test_an_owner_of_a_plain_lock_may_be_denied() -> None:
    """A Lock is not recursive."""
    history = told(acquire("main", (0, 1)), acquire("main", (2, 3), to=False), given=True, lock="Lock")

    assert condition_lock.recursive(history).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("method", "checker"),
    [
        ("wait", condition_errors.wait_without_lock),
        ("wait_for", condition_errors.wait_without_lock),
        ("notify", condition_errors.notify_without_lock),
        ("notify_all", condition_errors.notify_without_lock),
    ],
)
@pytest.mark.parametrize(
    "before", [(), (acquire("main", (0, 1)), release("main", (2, 3)))], ids=["never", "no more"]
)
def test_who_has_not_the_lock_is_refused(method: str, checker: object, before: tuple) -> None:
    """AssertionError or RuntimeError; not another, not acceptance, not a hang."""

    def judged(ended: str = "normally", **rest: object) -> Finding:
        at = (10, None) if ended == "hung" else (10, 11)
        return checker(told(*before, op("main", "c", method, at=at, **rest), ended=ended))

    assert judged(raised=ASSERTION).outcome is Outcome.PASS
    assert judged(raised=error("RuntimeError")).outcome is Outcome.PASS
    assert only(judged(raised=error("ValueError"))).kind == f"{method}-without-lock"
    assert only(judged()).kind == f"{method}-without-lock"
    assert only(judged(ended="hung")).kind == f"{method}-without-lock"


def test_a_wait_for_that_need_not_wait_needs_no_lock() -> None:
    """Its predicate was true at once."""
    history = told(op("main", "c", "wait_for", at=(0, 3), to=3))

    assert condition_errors.wait_without_lock(history).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("end_ms", "outcome"),
    [
        pytest.param(18, Outcome.UNKNOWN, id="its time was over"),
        pytest.param(17.999, Outcome.FAIL, id="there was time left"),
    ],
)
def test_a_wait_for_whose_time_is_over_before_it_waits_needs_no_lock(end_ms: float, outcome: Outcome) -> None:
    """A process that is held up between its look and its wait, does not come to that."""
    history = told(op("main", "c", "wait_for", at=(0, int(end_ms * 1e6)), to="", timeout_s=0.02))

    assert condition_errors.wait_without_lock(history).outcome is outcome


def test_a_lock_that_others_used_proves_nothing() -> None:
    """Who is given the lock as an argument may do anything with it."""
    passed_on = op("main", "", "collect", {"$object": "l"}, at=(0, 1))
    history = told(
        passed_on,
        acquire("p0", (0, 1)),
        release("p0", (20, 21)),
        acquire("p1", (5, 10)),
        release("p1", (12, 13)),
        given=True,
    )

    assert condition_lock.exclusive(history).outcome is not Outcome.FAIL


@pytest.mark.parametrize(
    ("operation", "fails"),
    [
        (op("main", "c", "wait", at=(0, 1), raised=ASSERTION), False),
        (op("main", "c", "notify", at=(0, 1), raised=error("RuntimeError")), False),
        (op("main", "c", "notify", at=(0, 1), raised=error("TypeError")), True),
        (op("main", "c", "acquire", at=(0, 1), raised=ASSERTION), True),
        (op("main", "c", "acquire", at=(0, 1), to=True), False),
        (op("main", "c", "Condition", at=(0, 1), raised=error("OSError"), step=-1), True),
    ],
)
def test_only_what_is_documented_is_raised(operation: Operation, fails: bool) -> None:  # noqa: FBT001
    """By a call without the lock, and by no other."""
    finding = condition_surprises.errors(told(operation))

    assert finding.judged == 1
    assert (finding.outcome is Outcome.FAIL) == fails
