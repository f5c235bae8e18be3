"""Exhaustive search for an explanation of small histories of locks, and such histories, drawn at random."""

from collections.abc import Iterable
from random import Random

from memory_search import explained, intervals
from mpconform.values import History, ObjectSpec, Operation
from tape import error, history, op

__all__ = ("counter_is_right", "of_lock", "random_calls", "recursive_is_right")

_State = tuple[int, frozenset[tuple[str, int]]]


def of_lock(operations: Iterable[Operation], factory: str, *arguments: int) -> History:
    """Return the history of *operations* on the lock ``lk`` that *factory* made."""
    return history(
        *operations, family="lock", objects={"lk": ObjectSpec(factory=factory, arguments=arguments)}
    )


def counter_is_right(operations: Iterable[Operation], first: int, most: int | None) -> bool:
    """Return whether a counter that stands at *first*, and never above *most*, explains the operations.

    A use (``emit``) is two moves of one interval, the second of which needs the first.
    """

    def step(state: _State, one: Operation) -> tuple[bool, _State]:
        count, inside = state
        place = (one.actor, one.invoked_ns)
        if one.method == "emit":
            right, after = (count > 0, count - 1) if one.step == 1 else (place in inside, count + 1)
            return right, (after, inside | {place} if one.step == 1 else inside - {place})
        if one.method == "get_value":
            return one.result == count, state
        if one.method == "release":
            if one.raised("ValueError"):
                return most is not None and count >= most, state
            return most is None or count < most, (count + 1, inside)
        if one.open or one.result is True:
            return count > 0, (count - 1, inside)
        return count == 0, state

    parts = []
    for one in operations:
        parts += [_part(one, 1), _part(one, 2)] if one.method == "emit" else [one]
    return explained(parts, (first, frozenset()), step)


def _part(one: Operation, part: int) -> Operation:
    return op(one.actor, "lk", "emit", at=(one.invoked_ns, one.returned_ns), step=part)


def recursive_is_right(operations: Iterable[Operation]) -> bool:
    """Return whether a lock with an owner and a depth explains the operations."""

    def step(state: tuple[str, int], one: Operation) -> tuple[bool, tuple[str, int]]:
        owner, depth = state
        free = not depth or owner == one.actor
        if one.method == "release":
            if one.raised("AssertionError"):
                return not (depth and owner == one.actor), state
            return bool(depth) and owner == one.actor, (owner if depth > 1 else "", depth - 1)
        if one.open or one.result is True:
            return free, (one.actor, depth + 1)
        return not free, state

    return explained(operations, ("", 0), step)


def random_calls(rng: Random, *, recursive: bool = False, bounded: bool = False) -> list[Operation]:
    """Return some calls of few actors; the last of an actor may never return."""
    found = []
    for actor, begin, end in intervals(rng, rng.randint(1, 4)):
        what = rng.choice(["take", "take", "give", "give", "refused", "full", "value", "use"])
        at = (begin, end)
        if what == "take" or (what in {"value", "use"} and recursive):
            found.append(op(actor, "lk", "acquire", at=at, to=True if end else None))
        elif what == "refused":
            found.append(op(actor, "lk", "acquire", at=at, to=False if end else None))
        elif what == "value" and end:
            found.append(op(actor, "lk", "get_value", at=at, to=rng.randint(0, 2)))
        elif what == "use" and end:
            found.append(op(actor, "lk", "emit", 0, 1, {"$object": "lk"}, at=at))
        elif what == "full" and end and (recursive or bounded):
            name = "AssertionError" if recursive else "ValueError"
            found.append(op(actor, "lk", "release", at=at, raised=error(name)))
        else:
            found.append(op(actor, "lk", "release", at=at))
    return found
