"""Exhaustive search for an explanation of a small history, and histories with bound names.

The search tries every order of the operations that real time allows, one by one.
"""

from collections.abc import Callable, Iterable
from functools import cache
from random import Random
from typing import Any

from mpconform.values import Actor, Census, History, Json, ObjectSpec, Operation, Step
from tape import history

__all__ = ("bound", "explained", "intervals", "play")

#: Operations of one random history.
MOST = 7


def explained(
    operations: Iterable[Operation], first: Json, step: Callable[[Json, Operation], tuple[bool, Json]]
) -> bool:
    """Return whether some order of the *operations* explains them.

    *step* tells, from a state, whether an operation is right there, and the next state.  An
    order must keep what strictly precedes; an open operation may be left out.
    """
    ops = tuple(operations)

    @cache
    def search(left: frozenset[int], state: Json) -> bool:
        if all(ops[i].open for i in left):
            return True
        for i in left:
            if any(ops[j].precedes(ops[i]) for j in left if j != i):
                continue
            right, after = step(state, ops[i])
            if right and search(left - {i}, after):
                return True
        # An open operation may also never have happened.
        return any(ops[i].open and search(left - {i}, state) for i in left)

    return search(frozenset(range(len(ops))), first)


def intervals(rng: Random, clients: int) -> list[tuple[str, int, int | None]]:
    """Return up to MOST (actor, begin, end): one at a time for each actor; ends may tie, or be missing."""
    found = []
    ties = rng.random() < 0.3
    for client in range(clients):
        at = rng.randint(0, 4)
        for _ in range(rng.randint(0, max(1, MOST // clients))):
            begin = at + rng.randint(0 if ties else 1, 4)
            end = begin + rng.randint(1, 8)
            found.append((f"p{client}", begin, end))
            at = end + 1
    rng.shuffle(found)
    late = {actor: max((e for a, _, e in found if a == actor), default=0) for actor, _, _ in found}
    return [
        (actor, begin, None if end == late[actor] and rng.random() < 0.1 else end)
        for actor, begin, end in found
    ]


def bound(operation: Operation, name: str) -> tuple[Operation, str]:
    """Return *operation* as one whose result its actor binds to *name*."""
    return operation, name


def play(
    *operations: Operation | tuple[Operation, str],
    objects: dict[str, ObjectSpec] | None = None,
    census: dict[str, Census] | None = None,
    **rest: Any,
) -> History:
    """Return the history of *operations* and a scenario whose steps are these operations."""
    pairs = [one if isinstance(one, tuple) else (one, "") for one in operations]
    pairs.sort(key=lambda pair: pair[0].invoked_ns)
    steps: dict[str, list[Step]] = {"main": []}
    for operation, name in pairs:
        if operation.step < 0:
            continue
        steps.setdefault(operation.actor, []).append(
            Step(
                target=operation.target, method=operation.method, arguments=operation.arguments,
                keywords=operation.keywords, timeout_s=operation.timeout_s, bind=name,
            )
        )  # fmt: skip
    actors = {name: Actor(steps=tuple(taken)) for name, taken in steps.items()}
    return history(
        *(operation for operation, _ in pairs), family="memory", objects=objects, actors=actors,
        census=census, **rest,
    )  # fmt: skip
