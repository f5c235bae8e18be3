"""Whether some order of what several actors did explains a whole history: by trying all orders.

An operation takes effect in one step or several, each between its begin and its end.  What never returned may
have taken some of them, but did not come to its end; and where a run hung, nobody could have gone on.
"""

from collections.abc import Iterator
from typing import Any, Protocol, TypeVar

from mpconform.values import History, Operation

__all__ = ("Orders", "end_of")

_NEVER = 1 << 62


class State(Protocol):
    """How far each actor is (operation, and step within it), and what has come of it: a named tuple."""

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Of each actor, the number of its operation, and of the step within it."""

    @property
    def now(self) -> int:
        """The latest instant before which what has happened so far cannot have happened."""

    def _replace(self, **fields: Any) -> Any:
        """Return it with other *fields*."""


S = TypeVar("S", bound=State)


class Orders:
    """The search; a subclass says what the next step of an actor may lead to."""

    def __init__(self, history: History) -> None:
        names = sorted({one.actor for one in history.operations})
        self.programs = [[one for one in history.operations if one.actor == name] for name in names]
        self._hung = history.ended == "hung"

    def take(self, state: S, n: int, op: Operation, now: int) -> Iterator[S]:
        """Yield what may come of the next step of actor number *n*, in *op*, at *now* at the earliest."""
        raise NotImplementedError

    def steps(self, state: S, n: int) -> Iterator[S]:
        """Yield what may come of the next step of actor number *n*, if it has one that is not too late."""
        place, _ = state.places[n]
        if place == len(self.programs[n]):
            return
        op = self.programs[n][place]
        now = max(state.now, op.invoked_ns)
        if now <= end_of(op):
            yield from self.take(state, n, op, now)

    @staticmethod
    def within(state: S, n: int, step: int, now: int) -> S:
        """Return *state* with actor number *n* at another *step* of its operation."""
        return _moved(state, n, (state.places[n][0], step), now)

    @staticmethod
    def done(state: S, n: int, now: int) -> S:
        """Return *state* with actor number *n* at the end of its operation."""
        return _moved(state, n, (state.places[n][0] + 1, 0), now)

    def explain(self, start: S) -> bool:
        """Return whether some order leads from *start* to what was seen."""
        known: set[S] = set()
        left = [start]
        while left:
            state = left.pop()
            if state in known:
                continue
            known.add(state)
            following = [one for n in range(len(self.programs)) for one in self.steps(state, n)]
            if self._over(state, following):
                return True
            # What never returned, did not come to its end; that it could have, speaks against being stuck.
            left += [one for one in following if not self._ends_open(state, one)]
        return False

    def _over(self, state: S, following: list[S]) -> bool:
        """Whether everything that returned has been explained; what hangs must have been stuck."""
        for (place, _), program in zip(state.places, self.programs, strict=True):
            if place < len(program) and program[place].returned_ns is not None:
                return False
        return not (self._hung and following)

    def _ends_open(self, state: S, after: S) -> bool:
        """Whether an operation that never returned has come to its end between the two."""
        for program, (before, _), (place, _) in zip(self.programs, state.places, after.places, strict=True):
            if place > before and program[before].returned_ns is None:
                return True
        return False


def _moved(state: S, n: int, place: tuple[int, int], now: int) -> S:
    moved: S = state._replace(places=(*state.places[:n], place, *state.places[n + 1 :]), now=now)
    return moved


def end_of(op: Operation) -> int:
    """Return the instant by which *op* was over."""
    return _NEVER if op.returned_ns is None else op.returned_ns
