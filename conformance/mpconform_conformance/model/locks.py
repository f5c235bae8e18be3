"""Locks and events on the model, and shared memory that has a lock of its own."""

from mpconform.values import ObjectSpec, Step
from mpconform_conformance.model.builder import SKIP, Builder, waits
from mpconform_conformance.model.machine import (
    GO,
    NEVER,
    Changes,
    Choices,
    Instruction,
    NotModelledError,
    State,
)

__all__ = ("LOCKS", "VALUES", "Event", "Lock")

LOCKS = frozenset({"Lock", "RLock", "Semaphore", "BoundedSemaphore"})
#: What has a lock of its own, unless it is made without.
VALUES = frozenset({"Value", "Array"})

_TAKES = frozenset({"acquire", "__enter__"})
_GIVES = frozenset({"release", "__exit__"})
_ANSWERS = frozenset({"get_value", "locked"})
#: How often a process may hold an RLock.
_DEPTH = 1_000


class Lock:
    """One lock or semaphore; *taken* says whether anybody ever holds it from one step to another."""

    def __init__(self, builder: Builder, spec: ObjectSpec, *, taken: bool) -> None:
        """Begin free."""
        factory = spec.factory
        given = spec.keywords.get("value", spec.arguments[0] if spec.arguments else 1)
        first = given if factory.endswith("Semaphore") else 1
        if not isinstance(first, int) or first < 0:
            raise NotModelledError
        self.recursive = factory == "RLock"
        self._most = first if factory != "Semaphore" else None
        self._taken = taken
        #: How many may still take it; of an RLock, who holds it and how often.
        self._state = builder.variable(0 if self.recursive else first)
        #: Who took a lock that is not recursive, as an actor's number and one, if that matters to anybody.
        self._owner: int | None = None
        self._plain = factory == "Lock"

    def calls(self, builder: Builder, actor: str, step: Step) -> list[Instruction]:
        """Return what *step* of *actor* does with the lock; raises NotModelledError if it is no such call."""
        number = builder.index[actor]
        if step.method in _TAKES:
            waiting = step.method == "__enter__" or waits(step, block=0, timeout=1)
            return [Instruction(choices=lambda s: self._take(s, number) or (NEVER if waiting else GO))]
        if step.method in _GIVES:
            return [Instruction(choices=lambda s: self._give(s, number))]
        if step.method in _ANSWERS:
            return [SKIP]
        raise NotModelledError

    def note_owner(self, builder: Builder) -> None:
        """Keep in mind who holds it: a condition asks; raises NotModelledError of a semaphore."""
        if not (self.recursive or self._plain):
            raise NotModelledError
        if not self.recursive and self._owner is None:
            self._owner = builder.variable()

    def depth(self, state: State, actor: int) -> int:
        """Return how often *actor* holds a lock whose owner is noted."""
        if self._owner is not None:
            return int(state[self._owner] == actor + 1)
        held = state[self._state]
        return held % _DEPTH if held // _DEPTH == actor + 1 else 0

    def is_free(self, state: State) -> bool:
        """Return whether nobody holds a lock whose owner is noted."""
        return bool(state[self._state]) is not self.recursive

    def set_depth(self, actor: int, depth: int) -> Changes:
        """Return what changes when *actor*, who alone may have it, holds it so often from now on."""
        if self._owner is not None:
            return ((self._state, 1 - depth), (self._owner, (actor + 1) * depth))
        return ((self._state, (actor + 1) * _DEPTH + depth if depth else 0),)

    def inside(self, builder: Builder, actor: str) -> Instruction:
        """Return what *actor* does while it holds the lock for the length of one step."""
        if not self._taken:
            return SKIP
        number = builder.index[actor]
        return Instruction(choices=lambda s: GO if self._take(s, number) else NEVER)

    def _take(self, state: State, actor: int) -> Choices:
        held = state[self._state]
        if not self.recursive:
            owned = ((self._owner, actor + 1),) if self._owner is not None else ()
            return (((self._state, held - 1), *owned),) if held else NEVER
        if not held:
            return (((self._state, (actor + 1) * _DEPTH + 1),),)
        return (((self._state, held + 1),),) if held // _DEPTH == actor + 1 else NEVER

    def _give(self, state: State, actor: int) -> Choices:
        held = state[self._state]
        if not self.recursive:
            # One that nobody holds cannot be given back, which raises.
            if self._most is not None and held >= self._most:
                return GO
            if self._owner is None:
                return (((self._state, held + 1),),)
            if state[self._owner] != actor + 1:
                raise NotModelledError  # Its owner may still take itself for that, and wait with it.
            return (((self._state, held + 1), (self._owner, 0)),)
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

    def calls(self, _builder: Builder, _actor: str, step: Step) -> list[Instruction]:
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
