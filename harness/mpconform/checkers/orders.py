"""Whether any order of the calls of several actors explains what each gave: a search within a budget."""

from collections.abc import Iterator, Sequence
from typing import Generic, Protocol, TypeVar

from mpconform.values import History, Operation

__all__ = ("Orders", "end_of")

#: So many situations are tried.
_MOST = 3_000
_NEVER = 1 << 62


class State(Protocol):
    """How far each actor is, and what has come of it: hashable."""

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Of each actor, the number of its call, and how far it is within that."""


S = TypeVar("S", bound=State)


class Orders(Generic[S]):
    """A search through all orders, the deepest first; a subclass says what a step of an actor may lead to."""

    def __init__(self, history: History, calls: Sequence[Operation]) -> None:
        """Begin with the *calls* of each actor, in their order."""
        self._hung = history.ended == "hung"
        actors = dict.fromkeys(op.actor for op in calls)
        self._programs = [[op for op in calls if op.actor == actor] for actor in actors]
        #: How many calls the best order so far explains, and the first that it does not.
        self.most, self.stopped = -1, calls[0]

    def _start(self) -> S:
        """Return the state in which nothing has happened."""
        raise NotImplementedError

    def _steps(self, state: S, n: int) -> Iterator[S]:
        """Yield what may come of the next step of actor number *n*."""
        raise NotImplementedError

    def explains(self) -> bool | None:
        """Return whether there is an order; None if it was not found within the budget."""
        left = [self._start()]
        known: set[S] = set()
        while left:
            state = left.pop()
            if state in known:
                continue
            if len(known) >= _MOST:
                return None
            known.add(state)
            following = [one for n in range(len(self._programs)) for one in self._steps(state, n)]
            if self._is_end(state, following):
                return True
            left += [one for one in following if not self._ends_open(state, one)]
        return False

    def _is_end(self, state: S, following: list[S]) -> bool:
        """Return whether all that returned is explained; what hangs must be stuck."""
        rest = [
            program[place]
            for (place, _), program in zip(state.places, self._programs, strict=True)
            if place < len(program)
        ]
        done = sum(place for place, _ in state.places)
        if done > self.most and rest:
            self.most, self.stopped = done, min(rest, key=end_of)
        if any(op.returned_ns is not None for op in rest):
            return False
        return not (self._hung and following)

    def _ends_open(self, state: S, after: S) -> bool:
        """Return whether a call that never returned has come to its end between the two."""
        return any(
            place > before and program[before].returned_ns is None
            for program, (before, _), (place, _) in zip(
                self._programs, state.places, after.places, strict=True
            )
        )


def end_of(op: Operation) -> int:
    """Return the instant by which *op* was over."""
    return _NEVER if op.returned_ns is None else op.returned_ns
