"""The checkers of locks, all together, against exhaustive search: they are exact."""

from collections.abc import Callable, Iterable
from random import Random

import pytest

from lock_search import counter_is_right, of_lock, random_calls, recursive_is_right
from mpconform.checkers import lock_answers, lock_exclusion, lock_owners, lock_releases, semaphore_counts
from mpconform.checkers.lock_model import Move, overdrawn
from mpconform.values import Finding, History, Operation, Outcome
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
@pytest.mark.parametrize("seed", range(3))
def test_what_is_said_of_counting_locks_agrees_with_exhaustive_search(factory: str, seed: int) -> None:
    """On 500 random small histories, some checker is red if and only if no order explains the calls."""
    rng = Random(f"{factory}{seed}")
    verdicts = set()
    bounded = factory != "Semaphore"
    while len(verdicts) < 500:
        first = 1 if factory == "Lock" else rng.randint(0, 2)
        operations = random_calls(rng, bounded=bounded)
        if factory == "Lock":
            operations = [one for one in operations if one.method != "get_value"]
        if not of_two_actors(operations):
            continue
        expected = counter_is_right(operations, first, first if bounded else None)
        verdicts.add((len(verdicts), expected))
        found = of_lock(operations, factory, *([] if factory == "Lock" else [first]))

        assert is_red(found, factory) is not expected, operations
    assert {expected for _, expected in verdicts} == {True, False}


@pytest.mark.parametrize("seed", range(4))
def test_what_is_said_of_recursive_locks_agrees_with_exhaustive_search(seed: int) -> None:
    """The same for a lock with an owner, who may take it again."""
    rng = Random(f"recursive{seed}")
    verdicts = set()
    while len(verdicts) < 500:
        operations = random_calls(rng, recursive=True)
        if not of_two_actors(operations):
            continue
        expected = recursive_is_right(operations)
        verdicts.add((len(verdicts), expected))

        assert is_red(of_lock(operations, "RLock"), "RLock") is not expected, operations
    assert {expected for _, expected in verdicts} == {True, False}


@pytest.mark.parametrize("seed", range(3))
def test_takes_gives_and_uses_alone_agree_with_exhaustive_search(seed: int) -> None:
    """Taking late and giving early is exact for what was taken, used and given back."""
    rng = Random(f"sweep{seed}")
    for _ in range(500):
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
