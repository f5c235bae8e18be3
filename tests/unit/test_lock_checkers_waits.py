"""The checkers of waiting for locks, and of who owns a recursive one, on histories written by hand."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from lock_search import of_lock
from mpconform.checkers import lock_exclusion, lock_owners, lock_waits
from mpconform.values import ActorRecord, Census, Finding, History, Hold, Operation, Outcome, ProcessRecord
from tape import error, op

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
MS = 1_000_000
ASSERTION = error("AssertionError")


def took(actor: str, begin: int, end: int | None, *, to: Any = True, **rest: Any) -> Operation:
    return op(actor, "lk", "acquire", at=(begin, end), to=None if end is None else to, **rest)


def gave(actor: str, begin: int, end: int | None, **rest: Any) -> Operation:
    return op(actor, "lk", "release", at=(begin, end), **rest)


def outcome(check: Callable[[History], Finding], factory: str, *operations: Operation) -> Outcome:
    name, _, first = factory.partition(" ")
    return check(of_lock(operations, name, *([int(first)] if first else []))).outcome


def hung(*operations: Operation, factory: str = "Lock", dead: str = "", first: int | None = None) -> History:
    """A run that hung, in which all live but *dead*."""
    seen = of_lock(operations, factory, *([] if first is None else [first]))
    names = {name: pid for pid, name in enumerate(seen.scenario.actors, start=10)}
    records = {name: ActorRecord(pids=(pid,), finished=False) for name, pid in names.items()}
    processes = tuple(
        ProcessRecord(pid=pid, parent_pid=1, state="Z" if name == dead else "S")
        for name, pid in names.items()
    )
    census = {"hung": Census(at_ns=10**9, agent_pid=10, processes=processes)}
    return msgspec.structs.replace(seen, ended="hung", actors=records, census=census)


both_timeouts = pytest.mark.parametrize(
    ("check", "factory"),
    [(lock_waits.lock_timeout, "Lock"), (lock_waits.lock_timeout, "RLock"),
     (lock_waits.semaphore_timeout, "Semaphore 0"), (lock_waits.semaphore_timeout, "BoundedSemaphore 0")],
)  # fmt: skip


@both_timeouts
@pytest.mark.parametrize(
    ("length_ms", "expected"),
    [pytest.param(20, PASS, id="as-long"), pytest.param(18, PASS, id="within-the-grain"),
     pytest.param(17, FAIL, id="too-short"), pytest.param(900, PASS, id="late-is-no-matter")],
)  # fmt: skip
def test_false_is_not_said_before_the_time_is_over(
    check: Callable[[History], Finding], factory: str, length_ms: int, expected: Outcome
) -> None:
    """The grain is two milliseconds; nothing is too late."""
    asked = took("p0", 0, length_ms * MS, to=False, timeout_s=0.02)

    assert outcome(check, factory, asked) is expected


@both_timeouts
def test_an_answer_of_true_or_without_a_timeout_says_nothing_about_time(
    check: Callable[[History], Finding], factory: str
) -> None:
    """Nor does a call that is not to block."""
    for asked in (
        took("p0", 0, 1, timeout_s=0.02),
        took("p0", 0, 1, to=False, block=False, timeout_s=0.02),
        took("p0", 0, 1, to=False, timeout_s=-5.0),
    ):
        assert outcome(check, factory, asked) is UNKNOWN


def test_a_short_wait_that_hangs_is_shown() -> None:
    """If its process lives; a long one may just not be over."""
    short, long = took("p0", 0, None, timeout_s=0.02), took("p0", 0, None, timeout_s=3.0)

    assert lock_waits.lock_timeout(hung(short)).outcome is FAIL
    assert lock_waits.lock_timeout(hung(long)).outcome is UNKNOWN
    assert lock_waits.lock_timeout(hung(short, dead="p0")).outcome is UNKNOWN


def test_a_negative_timeout_is_as_good_as_zero() -> None:
    """It neither raises nor waits."""
    check = lock_waits.negative_timeout

    assert outcome(check, "Lock", took("p0", 0, 1, timeout_s=-1.0)) is PASS
    assert outcome(check, "Lock", took("p0", 0, 1, to=False, timeout_s=-1.0)) is PASS
    assert outcome(check, "RLock", took("p0", 0, 1, timeout_s=-1.0, raised=error("ValueError"))) is FAIL
    assert outcome(check, "Lock", took("p0", 0, 1, timeout_s=0.0, raised=error("ValueError"))) is UNKNOWN
    assert check(hung(took("p0", 0, None, timeout_s=-1.0))).outcome is FAIL


def test_what_is_not_to_block_does_not() -> None:
    """Whatever its timeout; a timeout of zero is none."""
    for check, factory in ((lock_waits.lock_nowait, "Lock"), (lock_waits.semaphore_nowait, "Semaphore")):
        for keywords in ({"block": False}, {"block": False, "timeout": 60}, {"timeout": 0}):
            assert outcome(check, factory, took("p0", 0, 1, **keywords)) is PASS
            assert check(hung(took("p0", 0, None, **keywords), factory=factory)).outcome is FAIL
        assert check(hung(took("p0", 0, None), factory=factory)).outcome is UNKNOWN


class TestPatience:
    """What is given back in the first half of a long timeout is got."""

    held = took("p0", 0, 1)

    def waited(self, to: object, *, give: tuple[int, int], **rest: Any) -> Outcome:
        asked = took("p1", 2, 3000 * MS, to=to, timeout_s=3.0)
        return outcome(lock_waits.lock_patient, "Lock", self.held, asked, gave("p0", *give), **rest)

    def test_in_time(self) -> None:
        """It had to be got; to have got it is right."""
        assert self.waited(to=False, give=(10, 20)) is FAIL
        assert self.waited(to=True, give=(10, 20)) is PASS

    def test_too_late(self) -> None:
        """In the second half, nothing is sure."""
        assert self.waited(to=False, give=(10, 1600 * MS)) is UNKNOWN

    def test_somebody_else_wants_it(self) -> None:
        """Who comes in between may have had it."""
        asked = took("p1", 2, 3000 * MS, to=False, timeout_s=3.0)
        rival = took("p2", 30, 40)

        assert (
            outcome(lock_waits.lock_patient, "Lock", self.held, asked, gave("p0", 10, 20), rival) is UNKNOWN
        )

    def test_a_process_that_was_held_is_not_judged(self) -> None:
        """It may have come too late by no fault of the lock's."""
        asked = took("p1", 2, 3000 * MS, to=False, timeout_s=3.0)
        seen = of_lock([self.held, asked, gave("p0", 10, 20)], "Lock")
        hold = Hold(actor="p1", pid=1, began_ns=5, length_ns=10, function="f", line=1)

        assert lock_waits.lock_patient(msgspec.structs.replace(seen, holds=(hold,))).outcome is UNKNOWN

    def test_of_semaphores(self) -> None:
        """The same, if there is one left beside what others hold."""
        asked = took("p1", 2, 3000 * MS, to=False, timeout_s=3.0)
        found = self.held, asked, gave("p0", 10, 20)

        assert outcome(lock_waits.semaphore_patient, "Semaphore 1", *found) is FAIL
        assert outcome(lock_waits.semaphore_patient, "Semaphore 0", *found[1:]) is FAIL


def test_who_waits_for_what_is_free_was_forgotten() -> None:
    """If it was given back, and nobody who lives, or died, can have it."""
    held, back = took("p0", 0, 1), gave("p0", 10, 11)

    assert lock_waits.lock_wakes(hung(held, took("p1", 2, None), back)).outcome is FAIL
    assert lock_waits.lock_wakes(hung(held, took("p1", 2, None))).outcome is UNKNOWN
    assert lock_waits.lock_wakes(hung(held, took("p1", 2, None), gave("p0", 10, None))).outcome is UNKNOWN
    assert outcome(lock_waits.lock_wakes, "Lock", held, took("p1", 2, 20), back) is PASS


def test_one_of_several_who_wait_must_go_on_for_each_release() -> None:
    """The dead one may have had it."""
    held, back = took("p0", 0, 1), gave("p0", 10, 11)
    waiting = took("p1", 2, None), took("p2", 3, None)

    assert lock_waits.lock_wakes(hung(held, *waiting, back)).outcome is FAIL
    assert lock_waits.lock_wakes(hung(held, *waiting, back, dead="p2")).outcome is UNKNOWN
    one_on = hung(*waiting, gave("p0", 10, 11), gave("p0", 12, 13), factory="Semaphore", first=0)
    assert lock_waits.semaphore_wakes(one_on).outcome is FAIL


def test_an_owner_takes_again_and_gives_back_each_level() -> None:
    """At once, and without an error."""
    check = lock_owners.reentered
    twice = took("p0", 0, 1), took("p0", 2, 3, timeout_s=0.1)

    assert outcome(check, "RLock", *twice, gave("p0", 4, 5), gave("p0", 6, 7)) is PASS
    assert outcome(check, "RLock", twice[0], took("p0", 2, 3, to=False, block=False)) is FAIL
    assert outcome(check, "RLock", *twice, gave("p0", 4, 5), gave("p0", 6, 7, raised=ASSERTION)) is FAIL
    assert outcome(check, "RLock", *twice[:1], gave("p0", 4, 5), gave("p0", 6, 7, raised=ASSERTION)) is PASS
    assert check(hung(twice[0], took("p0", 2, None), factory="RLock")).outcome is FAIL
    assert check(hung(took("p0", 2, None), factory="RLock")).outcome is UNKNOWN


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        pytest.param((1, 5), FAIL, id="before-the-first-release"),
        pytest.param((12, 15), FAIL, id="between-two-releases"),
        pytest.param((12, 20), PASS, id="until-the-last"),
    ],
)
def test_every_level_counts(tried: tuple[int, int], expected: Outcome) -> None:
    """It is free to others when the owner begins the last release; which rule is broken, says when."""
    found = [took("p0", 0, 1), took("p0", 2, 3), gave("p0", 10, 11), gave("p0", 20, 21), took("p1", *tried)]
    early = lock_exclusion.recursive_lock(of_lock(found, "RLock")).outcome
    late = lock_exclusion.levels(of_lock(found, "RLock")).outcome

    assert FAIL in {early, late} if expected is FAIL else FAIL not in {early, late}
    assert (early is FAIL) == (tried[0] == 1)
    assert late is (expected if tried[0] == 12 else UNKNOWN)


def test_who_does_not_own_it_cannot_release_it() -> None:
    """Whether another does, or nobody: which requirement is broken, depends on that."""
    held = took("p0", 0, 1)
    accepted, wrong = gave("p1", 4, 5), gave("p1", 4, 5, raised=error("RuntimeError"))
    right = gave("p1", 4, 5, raised=ASSERTION)

    for bad in (accepted, wrong):
        assert outcome(lock_owners.owned_by_another, "RLock", held, bad) is FAIL
        assert outcome(lock_owners.unowned, "RLock", bad) is FAIL
        assert outcome(lock_owners.unowned, "RLock", held, bad) is UNKNOWN
    assert outcome(lock_owners.owned_by_another, "RLock", held, right) is PASS
    assert outcome(lock_owners.owned_by_another, "RLock", held, gave("p0", 2, 4), right) is UNKNOWN
    assert outcome(lock_owners.unowned, "RLock", held, gave("p0", 2, 4), right) is PASS
    assert outcome(lock_owners.unowned, "RLock", took("p1", 0, 1), gave("p1", 2, 3), right) is PASS
    assert outcome(lock_owners.unowned, "RLock", took("p1", 0, 1), gave("p1", 2, 3), accepted) is FAIL


def test_a_child_does_not_inherit_what_its_parent_owns() -> None:
    """Only children that were started while main held it are judged, and only until it gives it back."""
    held, start = took("main", 0, 1), op("main", "p0", "start", at=(2, 3))
    back = gave("main", 20, 21)
    check = lock_owners.inherited

    assert outcome(check, "RLock", held, start, took("p0", 5, 6), back) is FAIL
    assert outcome(check, "RLock", held, start, gave("p0", 5, 6), back) is FAIL
    assert outcome(check, "RLock", held, start, took("p0", 5, 6, to=False, block=False), back) is PASS
    assert outcome(check, "RLock", held, start, gave("p0", 5, 6, raised=ASSERTION), back) is PASS
    assert outcome(check, "RLock", held, start, took("p0", 5, 20), back) is UNKNOWN
    late = op("main", "p0", "start", at=(22, 23))
    assert outcome(check, "RLock", held, back, late, took("p0", 25, 26)) is UNKNOWN
