"""Locks and events on the model, and shared memory that has a lock of its own."""

from collections.abc import Iterable

from mpconform.values import Json, ObjectSpec, Step
from mpconform_conformance.model.builder import SKIP, Builder, waits
from mpconform_conformance.model.machine import GO, NEVER, Choices, Instruction, NotModelledError, State

__all__ = ("LOCKS", "VALUES", "Event", "Lock")

LOCKS = frozenset({"Lock", "RLock", "Semaphore", "BoundedSemaphore"})
#: What has a lock of its own, unless it is made without.
VALUES = frozenset({"Value", "Array"})

_TAKES = frozenset({"acquire", "__enter__"})
_GIVES = frozenset({"release", "__exit__"})
#: How often a process may hold an RLock.
_DEPTH = 1_000


class Lock:
    """One lock or semaphore; *taken* says whether anybody ever holds it from one step to another."""

    def __init__(self, builder: Builder, factory: str, arguments: Iterable[Json], *, taken: bool) -> None:
        """Begin free."""
        first = next(iter(arguments), 1) if factory.endswith("Semaphore") else 1
        if not isinstance(first, int) or first < 0:
            raise NotModelledError
        self.recursive = factory == "RLock"
        self._most = first if factory != "Semaphore" else None
        self._taken = taken
        #: How many may still take it; of an RLock, who holds it and how often.
        self._state = builder.variable(0 if self.recursive else first)

    def calls(self, builder: Builder, actor: str, step: Step) -> list[Instruction]:
        """Return what *step* of *actor* does with the lock; raises NotModelledError if it is no such call."""
        number = builder.index[actor]
        if step.method in _TAKES:
            waiting = step.method == "__enter__" or waits(step, block=0, timeout=1)
            return [Instruction(choices=lambda s: self._take(s, number) or (NEVER if waiting else GO))]
        if step.method in _GIVES:
            return [Instruction(choices=lambda s: self._give(s, number))]
        raise NotModelledError

    def inside(self, builder: Builder, actor: str) -> Instruction:
        """Return what *actor* does while it holds the lock for the length of one step."""
        if not self._taken:
            return SKIP
        number = builder.index[actor]
        return Instruction(choices=lambda s: GO if self._take(s, number) else NEVER)

    def _take(self, state: State, actor: int) -> Choices:
        held = state[self._state]
        if not self.recursive:
            return (((self._state, held - 1),),) if held else NEVER
        if not held:
            return (((self._state, (actor + 1) * _DEPTH + 1),),)
        return (((self._state, held + 1),),) if held // _DEPTH == actor + 1 else NEVER

    def _give(self, state: State, actor: int) -> Choices:
        held = state[self._state]
        if not self.recursive:
            # One that nobody holds cannot be given back, which raises.
            return GO if self._most is not None and held >= self._most else (((self._state, held + 1),),)
        if held // _DEPTH != actor + 1:
            return GO
        left = held - 1
        return (((self._state, left if left % _DEPTH else 0),),)


class Event:
    """One event."""

    def __init__(self, builder: Builder, spec: ObjectSpec) -> None:
        """Begin unset."""
        if spec.arguments or spec.keywords:
            raise NotModelledError
        self._flag = builder.variable()

    def calls(self, step: Step) -> list[Instruction]:
        """Return what *step* does."""
        if step.method == "is_set":
            return [SKIP]
        if step.method in {"set", "clear"}:
            changes = ((self._flag, int(step.method == "set")),)
            return [Instruction(choices=lambda _: (changes,))]
        if step.method == "wait":
            waiting = waits(step, block=None, timeout=0)
            return [Instruction(choices=lambda s: GO if s[self._flag] or not waiting else NEVER)]
        raise NotModelledError
