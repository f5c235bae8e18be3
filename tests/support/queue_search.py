"""Histories of queues, by hand and at random; and an exhaustive search for a legal order of one."""

import random
from collections.abc import Callable, Hashable, Iterator

import msgspec

from mpconform.values import Actor, ActorRecord, Finding, History, ObjectSpec, Operation, Step
from tape import history, item, op, received

__all__ = ("DRAIN", "explained", "legal", "queue_history", "random_joins", "random_puts", "random_transfers")

#: The index of main's drain in a `queue_history`.
DRAIN = 9


def queue_history(
    *operations: Operation,
    factory: str = "Queue",
    maxsize: int | None = None,
    ended: str = "normally",
    finished: tuple[str, ...] = (),
    steps: dict[str, tuple[Step, ...]] | None = None,
) -> History:
    """A history of one queue, ``q``, in which the actors *finished* came to their end."""
    names = {"main", *finished, *(o.actor for o in operations), *(steps or {})}
    taken: dict[str, tuple[Step, ...]] = {
        "main": (*[Step(method="pid")] * DRAIN, Step(method="drain", arguments=({"$object": "q"},)))
    }
    taken |= steps or {}
    told = history(
        *operations,
        objects={"q": ObjectSpec(factory=factory, arguments=() if maxsize is None else (maxsize,))},
        actors={name: Actor(steps=taken.get(name, ())) for name in sorted(names)},
        ended=ended,
    )
    records = {
        name: ActorRecord(pids=(at,), finished=name in finished)
        for at, name in enumerate(sorted(names), start=100)
    }
    return msgspec.structs.replace(told, actors=records)


def explained(finding: Finding) -> tuple[Operation, ...]:
    """The witness of the only violation, whose story and summary are sentences of their own."""
    (violation,) = finding.violations
    assert violation.summary.endswith(".")
    assert violation.story.endswith(".")
    assert 1 <= len(violation.witness) <= 4
    return violation.witness


def legal(
    operations: tuple[Operation, ...],
    step: Callable[[Hashable, Operation], Hashable | None],
    initial: Hashable,
) -> bool:
    """Whether some order of *operations*, each within its interval, is one of *step* from *initial*.

    *step* returns the state after an operation, or None if it is not possible there.  Operations
    that never returned may, or may not, have happened.
    """
    todo = (1 << len(operations)) - 1
    must = sum(1 << at for at, operation in enumerate(operations) if not operation.open)
    seen: set[tuple[int, Hashable]] = set()
    stack: list[tuple[int, Hashable]] = [(todo, initial)]
    while stack:
        left, state = stack.pop()
        if not left & must:
            return True
        if (left, state) in seen:
            continue
        seen.add((left, state))
        waiting = [o for at, o in enumerate(operations) if left >> at & 1]
        for at, operation in enumerate(operations):
            if not left >> at & 1 or any(o.precedes(operation) for o in waiting):
                continue
            after = step(state, operation)
            if after is not None:
                stack.append((left & ~(1 << at), after))
    return False


def _stamps(rng: random.Random, longest: int = 5) -> Iterator[tuple[int, int]]:
    """Intervals of one actor, one after the other; ties only with other actors."""
    now = rng.randint(0, 6)
    while True:
        end = now + rng.randint(1, longest)
        yield now, end
        now = end + rng.randint(1, 3)


def random_transfers(seed: int) -> History:
    """Puts of one or two processes, and gets that return some of their items in any order."""
    rng = random.Random(seed)
    operations, items = [], []
    for actor in ("p0", "p1")[: rng.randint(1, 2)]:
        for n, at in zip(range(rng.randint(1, 3)), _stamps(rng), strict=False):
            operations.append(op(actor, "q", "put", item(actor, n), at=at))
            items.append((actor, n))
    rng.shuffle(items)
    readers = [_stamps(rng) for _ in range(rng.randint(1, 3))]
    for actor, n in items[: rng.randint(1, len(items))]:
        reader = rng.randrange(len(readers))
        operations.append(op(f"c{reader}", "q", "get", at=next(readers[reader]), to=received(actor, n)))
    return queue_history(*operations)


def random_puts(seed: int, full: dict) -> History:
    """A queue of maxsize 1 or 2, puts that were accepted or refused (*full*), gets of what was accepted."""
    rng = random.Random(seed)
    operations, items = [], []
    for actor in ("p0", "p1")[: rng.randint(1, 2)]:
        for n, at in zip(range(rng.randint(1, 4)), _stamps(rng), strict=False):
            refused = rng.random() < 0.3
            put = op(actor, "q", "put_nowait", item(actor, n), at=at, raised=full if refused else None)
            operations.append(put)
            if not refused:
                items.append((actor, n))
    rng.shuffle(items)
    readers = [_stamps(rng) for _ in range(2)]
    for actor, n in items:
        reader = rng.randrange(2)
        if rng.random() < 0.8:
            operations.append(op(f"c{reader}", "q", "get", at=next(readers[reader]), to=received(actor, n)))
    return queue_history(*operations, maxsize=rng.randint(1, 2))


def random_joins(seed: int, refused: dict) -> History:
    """Puts, calls of task_done that were accepted or *refused*, and joins that returned."""
    rng = random.Random(seed)
    operations = []
    for actor in ("p0", "w0", "w1")[: rng.randint(2, 3)]:
        for n, at in zip(range(rng.randint(1, 3)), _stamps(rng), strict=False):
            what = rng.choice(("put", "task_done", "task_done", "join"))
            if what == "put":
                operations.append(op(actor, "q", "put", item(actor, n), at=at))
            else:
                error = refused if what == "task_done" and rng.random() < 0.3 else None
                operations.append(op(actor, "q", what, at=at, raised=error))
    return queue_history(*operations, factory="JoinableQueue")
