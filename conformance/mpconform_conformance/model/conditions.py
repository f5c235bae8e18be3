"""Conditions and barriers on the model: who waits, and who is let go on by whom."""

import itertools
from collections.abc import Callable, Mapping

from mpconform.values import ObjectSpec, Step
from mpconform_conformance.model.builder import Builder, waits
from mpconform_conformance.model.locks import Lock
from mpconform_conformance.model.machine import (
    GO,
    NEVER,
    Changes,
    Choices,
    Instruction,
    NotModelledError,
    State,
)

__all__ = ("Barrier", "Condition")

#: The states of a barrier.
_FILLING, _DRAINING, _RESETTING, _BROKEN = range(4)

#: Whether what a wait is for has come about.
Predicate = Callable[[State], bool]


class Condition:
    """One condition, on a lock that it may share with others."""

    def __init__(self, builder: Builder, lock: Lock, counters: Mapping[str, int]) -> None:
        """Begin with nobody who waits; *counters* are the variables of what predicates look at."""
        self.lock = lock
        self._counters = counters
        lock.note_owner(builder)
        #: Those who wait, a bit for each actor.
        self._waiting = builder.variable()
        #: How often each actor held the lock before its wait released it.
        self._held = {number: builder.variable() for number in builder.index.values()}

    def calls(self, builder: Builder, actor: str, step: Step) -> list[Instruction]:
        """Return what *step* of *actor* does; raises NotModelledError."""
        match step.method:
            case "wait":
                return self._wait(builder.index[actor], timed=not waits(step, block=None, timeout=0))
            case "notify":
                return [self._notify(builder.index[actor], _count(step))]
            case "notify_all":
                return [self._notify(builder.index[actor], len(builder.index))]
            case "wait_for":
                return self._wait_for(builder.index[actor], step)
        return self.lock.calls(builder, actor, step)

    def _wait_for(self, number: int, step: Step) -> list[Instruction]:
        """Return a wait, as often as it is woken, until the predicate is true."""
        true = self._predicate(step)
        timed = not waits(step, block=None, timeout=1)
        enter, leave, back = self._wait(number, timed=timed)

        def begin(state: State) -> Choices:
            if true(state):
                return GO
            # Its time may be over before it waits.
            return (*(GO if timed else NEVER), *enter.choices(state))

        def end(state: State) -> Choices:
            again = state[self._held[number]] and not true(state)
            before = ((number, state[number] - 2),) if again else ()
            return tuple((*changes, *before) for changes in back.choices(state))

        return [Instruction(choices=begin), leave, Instruction(choices=end)]

    def _wait(self, number: int, *, timed: bool) -> list[Instruction]:
        """Return the release of the lock, the wait, and the lock taken again as often as it was held."""
        bit, held = 1 << number, self._held[number]

        def enter(state: State) -> Choices:
            depth = self.lock.depth(state, number)
            if not depth:
                return GO  # It raises.
            return (
                (
                    *self.lock.set_depth(number, 0),
                    (held, depth),
                    (self._waiting, state[self._waiting] | bit),
                ),
            )

        def leave(state: State) -> Choices:
            if not state[self._waiting] & bit:
                return GO
            return (((self._waiting, state[self._waiting] & ~bit),),) if timed else NEVER

        def back(state: State) -> Choices:
            if not state[held]:
                return GO
            if not self.lock.is_free(state):
                return NEVER
            return ((*self.lock.set_depth(number, state[held]), (held, 0)),)

        return [
            Instruction(choices=enter),
            # Who was woken goes on as soon as it can; whose time is over, perhaps before that.
            Instruction(choices=leave, eager=not timed),
            Instruction(choices=back),
        ]

    def _predicate(self, step: Step) -> Predicate:
        match step.arguments[0]:
            case {"$predicate": [str(value), int(least)]} if value in self._counters:
                counter = self._counters[value]
                return lambda state: state[counter] >= max(1, least)
        raise NotModelledError

    def _notify(self, number: int, count: int) -> Instruction:
        def choices(state: State) -> Choices:
            if not self.lock.depth(state, number):
                return GO  # It raises.
            waiting = state[self._waiting]
            bits = [1 << at for at in range(waiting.bit_length()) if waiting >> at & 1]
            chosen = itertools.combinations(bits, max(0, min(count, len(bits))))
            return tuple(((self._waiting, waiting & ~sum(some)),) for some in chosen)

        return Instruction(choices=choices)


def _count(step: Step) -> int:
    count = step.keywords.get("n", step.arguments[0] if step.arguments else 1)
    if not isinstance(count, int):
        raise NotModelledError
    return count


class Barrier:
    """One barrier."""

    def __init__(self, builder: Builder, spec: ObjectSpec) -> None:
        """Begin empty and whole; raises NotModelledError if it is not known how many parties it has."""
        parties = spec.keywords.get("parties", spec.arguments[0] if spec.arguments else None)
        if not isinstance(parties, int) or parties < 1 or len(spec.arguments) > 1:
            raise NotModelledError
        self._parties = parties
        self._timeout = spec.keywords.get("timeout")
        self._fails = spec.keywords.get("action") == {"$action": ["fail"]}
        self._count = builder.variable()
        self._state = builder.variable(_FILLING)
        #: Whether an actor is among those who were counted.
        self._inside = {number: builder.variable() for number in builder.index.values()}

    def calls(self, builder: Builder, actor: str, step: Step) -> list[Instruction]:
        """Return what *step* of *actor* does; raises NotModelledError."""
        match step.method:
            case "wait":
                timed = not waits(step, block=None, timeout=0, default=self._timeout)
                return self._wait(builder.index[actor], timed=timed)
            case "abort":
                return [Instruction(choices=lambda _: (((self._state, _BROKEN),),))]
            case "reset":
                return [Instruction(choices=self._reset)]
        raise NotModelledError

    def _reset(self, state: State) -> Choices:
        if not state[self._count]:
            return (((self._state, _FILLING),),)
        # Those who are on their way out of a barrier that was full, go on as they are.
        return GO if state[self._state] == _DRAINING else (((self._state, _RESETTING),),)

    def _wait(self, number: int, *, timed: bool) -> list[Instruction]:
        inside = self._inside[number]

        def enter(state: State) -> Choices:
            if state[self._state] == _BROKEN:
                return GO  # It raises.
            if state[self._state] != _FILLING:
                return NEVER
            count = state[self._count] + 1
            changes: Changes = ((self._count, count), (inside, 1))
            if count == self._parties:
                changes = (*changes, (self._state, _BROKEN if self._fails else _DRAINING))
            return (changes,)

        def leave(state: State) -> Choices:
            if not state[inside]:
                return GO
            now = state[self._state]
            if now == _FILLING:
                if not timed:
                    return NEVER
                now = _BROKEN
            count = state[self._count] - 1
            if not count and now != _BROKEN:
                now = _FILLING
            return (((self._count, count), (inside, 0), (self._state, now)),)

        return [Instruction(choices=enter), Instruction(choices=leave)]
