"""Queues on the model: how many items are in one, how many tasks of it are unfinished."""

from mpconform.values import ObjectSpec, Step
from mpconform_conformance.model.builder import ROOM, SKIP, Builder, size_of, uses, waits
from mpconform_conformance.model.machine import GO, NEVER, Choices, Instruction, NotModelledError, State

__all__ = ("FACTORIES", "Queue")

FACTORIES = frozenset({"Queue", "JoinableQueue", "SimpleQueue"})

_PUTS = frozenset({"put", "put_nowait"})
_GETS = frozenset({"get", "get_nowait"})
_ANSWERS = frozenset({"qsize", "empty", "full"})


class Queue:
    """One queue; *name* is what the actors call it."""

    def __init__(self, builder: Builder, name: str, spec: ObjectSpec) -> None:
        """Look at what is ever done with it."""
        self._simple = spec.factory == "SimpleQueue"
        self._joinable = spec.factory == "JoinableQueue"
        self._bound = _bound(spec)
        self._items = builder.variable()
        self._unfinished = builder.variable()
        #: Who writes a message that may be too long for the pipe: nobody, or an actor's number and one.
        self._writer = builder.variable()
        steps = list(uses(builder.scenario, (name,)))
        sizes = [size_of(step.arguments[0]) for _, _, step in steps if step.method in _PUTS]
        self._largest = max(sizes, default=0)
        self._large = sum(sizes) > ROOM
        drains = [
            actor
            for actor, spec_of in builder.scenario.actors.items()
            for step in spec_of.steps
            if step.method == "drain" and step.arguments[0] == {"$object": name}
        ]
        self._takers = {actor for actor, _, step in steps if step.method in _GETS} | set(drains)
        self._putters = {actor for actor, _, step in steps if step.method in _PUTS}
        cancels = {actor for actor, _, step in steps if step.method == "cancel_join_thread"}
        if cancels and self._takers:
            raise NotModelledError  # What was put may be lost.
        self._cancelled = cancels

    def calls(self, builder: Builder, actor: str, step: Step, *, closed: bool) -> list[Instruction]:
        """Return what *step* of *actor* does; *closed* says whether it has closed the queue before."""
        method = step.method
        if method in _ANSWERS or method in {"close", "cancel_join_thread"}:
            return [SKIP]
        if method == "join_thread":
            # Before a close it raises.
            return [self.flush()] if closed and actor in self._putters else [SKIP]
        if method == "join" and self._joinable:
            return [Instruction(choices=lambda s: GO if not s[self._unfinished] else NEVER)]
        if method == "task_done" and self._joinable:
            return [Instruction(choices=self._done)]
        if closed:
            return [SKIP]
        if method in _PUTS:
            return self._put(builder.index[actor], step)
        if method in _GETS:
            return [self._get(actor, step)]
        raise NotModelledError

    def flush(self) -> Instruction:
        """Return the wait until what was put is on its way."""
        if not self._large:
            return SKIP
        return Instruction(choices=lambda _: GO, unsure=lambda s: not self._fits(s))

    def flushes(self, actor: str) -> bool:
        """Return whether the end of *actor* waits until what it put is on its way."""
        return not self._simple and actor in self._putters - self._cancelled

    def drain(self) -> Instruction:
        """Return the drain of what is left."""
        return Instruction(choices=lambda _: (((self._items, 0),),))

    def _fits(self, state: State, last: int | None = None) -> bool:
        """Return whether all items are surely in the pipe; the last one is of that size, if it is known."""
        items = state[self._items]
        size = self._largest if last is None else last
        return items == 0 or (items - 1) * self._largest + size <= ROOM

    def _put(self, actor: int, step: Step) -> list[Instruction]:
        waiting = self._simple or (step.method == "put" and waits(step, block=1, timeout=2))
        large = self._simple and self._large

        def choices(state: State) -> Choices:
            if self._bound and state[self._items] >= self._bound:
                return NEVER if waiting else GO
            if large and state[self._writer]:
                return NEVER
            changes = [(self._items, state[self._items] + 1)]
            if self._joinable:
                changes.append((self._unfinished, state[self._unfinished] + 1))
            if large:
                changes.append((self._writer, actor + 1))
            return (tuple(changes),)

        # A task more may keep somebody waiting; an item more keeps nobody.
        eager = not (self._bound or large or self._joinable)
        put = Instruction(choices=choices, eager=eager)
        if not large:
            return [put]
        size = size_of(step.arguments[0])
        done = Instruction(
            choices=lambda _: (((self._writer, 0),),), unsure=lambda s: not self._fits(s, size)
        )
        return [put, done]

    def _get(self, actor: str, step: Step) -> Instruction:
        waiting = self._simple or (step.method == "get" and waits(step, block=0, timeout=1))

        def choices(state: State) -> Choices:
            taken: Choices = (((self._items, state[self._items] - 1),),) if state[self._items] else NEVER
            # What was put just now need not have arrived.
            return taken if waiting else (*taken, *GO)

        return Instruction(choices=choices, eager=waiting and self._takers == {actor})

    def _done(self, state: State) -> Choices:
        left = state[self._unfinished]
        return (((self._unfinished, left - 1),),) if left else GO


def _bound(spec: ObjectSpec) -> int:
    bound = spec.keywords.get("maxsize", spec.arguments[0] if spec.arguments else 0)
    if not isinstance(bound, int):
        raise NotModelledError
    return max(0, bound)
