"""The checkers of locks, all together, against exhaustive search: they are exact."""

from collections.abc import Callable, Iterable
from random import Random

import pytest

from lock_search import counter_is_right, of_lock, random_calls, recursive_is_right
from mpconform.checkers import (
    lock_answers,
    lock_exclusion,
    lock_model,
    lock_owners,
    lock_releases,
    semaphore_counts,
)
from mpconform.checkers.lock_model import Move, overdrawn
from mpconform.values import Finding, History, Operation, Outcome
from scale import SCALE
from tape import op

_Check = Callable[[History], Finding]

CHECKS: dict[str, tuple[_Check, ...]] = {
    "Lock": (
        lock_exclusion.lock,
        lock_answers.lock_honest,
        lock_answers.all_together,
        lock_releases.lock_anyone,
        lock_releases.lock_unlocked,
        lock_releases.lock_at_once,
    ),
    "Semaphore": (
        lock_exclusion.semaphore_admission,
        lock_answers.semaphore_honest,
        lock_answers.all_together,
        semaphore_counts.counted,
    ),
    "BoundedSemaphore": (
        lock_exclusion.bounded_admission,
        lock_answers.semaphore_honest,
        lock_answers.all_together,
        lock_releases.bounded_release,
        lock_releases.bounded_full,
        lock_releases.bounded_at_once,
        semaphore_counts.counted,
    ),
    "RLock": (
        lock_exclusion.recursive_lock,
        lock_exclusion.levels,
        lock_answers.lock_honest,
        lock_answers.all_together,
        lock_owners.reentered,
        lock_owners.owned_by_another,
        lock_owners.unowned,
    ),
}


def is_red(history: History, factory: str) -> bool:
    return any(check(history).outcome is Outcome.FAIL for check in CHECKS[factory])


def of_two_actors(operations: Iterable[Operation]) -> bool:
    return len({one.actor for one in operations}) > 1


@pytest.mark.parametrize("factory", ["Lock", "Semaphore", "BoundedSemaphore"])
@pytest.mark.parametrize("seeds", SCALE)
def test_what_is_said_of_counting_locks_agrees_with_exhaustive_search(factory: str, seeds: range) -> None:
    """On random small histories, some checker is red if and only if no order explains the calls."""
    verdicts = set()
    bounded = factory != "Semaphore"
    for seed in seeds:
        rng = Random(f"{factory}{seed}")
        first = 1 if factory == "Lock" else rng.randint(0, 2)
        operations = random_calls(rng, bounded=bounded)
        if factory == "Lock":
            operations = [one for one in operations if one.method != "get_value"]
        if not of_two_actors(operations):
            continue
        expected = counter_is_right(operations, first, first if bounded else None)
        verdicts.add(expected)
        found = of_lock(operations, factory, *([] if factory == "Lock" else [first]))

        assert is_red(found, factory) is not expected, operations
    assert verdicts == {True, False}


@pytest.mark.parametrize("seeds", SCALE)
def test_what_is_said_of_recursive_locks_agrees_with_exhaustive_search(seeds: range) -> None:
    """The same for a lock with an owner, who may take it again."""
    verdicts = set()
    for seed in seeds:
        operations = random_calls(Random(f"recursive{seed}"), recursive=True)
        if not of_two_actors(operations):
            continue
        expected = recursive_is_right(operations)
        verdicts.add(expected)

        assert is_red(of_lock(operations, "RLock"), "RLock") is not expected, operations
    assert verdicts == {True, False}


@pytest.mark.parametrize("seeds", SCALE)
def test_takes_gives_and_uses_alone_agree_with_exhaustive_search(seeds: range) -> None:
    """Taking late and giving early is exact for what was taken, used and given back."""
    for seed in seeds:
        rng = Random(f"sweep{seed}")
        first = rng.randint(0, 2)
        operations = [
            one for one in random_calls(rng)
            if one.method in {"release", "emit"} or (one.method == "acquire" and one.result is not False)
        ]  # fmt: skip
        kinds = {"release": "give", "emit": "use", "acquire": "take"}
        moves = [Move.of(one, kinds[one.method]) for one in operations]  # type: ignore[arg-type]

        assert (overdrawn(moves, first) is None) == counter_is_right(operations, first, None), operations


def test_the_search_itself_knows_right_from_wrong() -> None:
    """Two that hold one lock at once, and the same one after the other."""
    first = [op("p0", "lk", "acquire", at=(0, 1), to=True), op("p0", "lk", "release", at=(4, 5))]

    assert counter_is_right([*first, op("p1", "lk", "acquire", at=(3, 6), to=True)], 1, 1)
    assert not counter_is_right([*first, op("p1", "lk", "acquire", at=(2, 3), to=True)], 1, 1)


TRIED = [
    op("a", "lk", "acquire", at=(0, 1), to=True), op("a", "lk", "release", at=(2, 3)),
    op("b", "lk", "acquire", at=(10, 11), to=False),
]  # fmt: skip


def test_what_the_search_cannot_decide_is_told_and_judged_as_well_as_may_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With no room for a search, a refusal is judged by sweeps, and counted so; others give no evidence."""
    monkeypatch.setattr(lock_model, "_MOST", 0)

    honest = lock_answers.lock_honest(of_lock(TRIED, "Lock"))
    fine = lock_answers.lock_honest(of_lock([*TRIED[:1], TRIED[2]], "Lock"))

    assert (honest.outcome, honest.measures) == (Outcome.FAIL, {"judged_soundly": 1})
    assert (fine.outcome, fine.measures) == (Outcome.PASS, {"judged_soundly": 1})
    value = op("b", "lk", "get_value", at=(10, 11), to=1)
    for check, calls, factory in (
        (lock_answers.all_together, TRIED, "Lock"),
        (lock_answers.above_initial, TRIED, "Semaphore"),
        (lock_releases.lock_anyone, TRIED, "Lock"),
        (lock_releases.lock_unlocked, TRIED, "Lock"),
        (semaphore_counts.counted, [*TRIED, value], "Semaphore"),
    ):
        finding = check(of_lock(calls, factory))
        assert finding.outcome is Outcome.UNKNOWN, check
        assert finding.measures["undecided"] > 0, check
