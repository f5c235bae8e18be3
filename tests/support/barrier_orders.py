"""Whether some order of what a barrier did explains a whole history: by trying all of them.

What is documented, and no more: when as many wait as there are parties, these pass, each with a number of its
own; an abort, a timeout and a reset let those who wait raise; until a reset, so do those who come after an
abort or a timeout.  Whoever had passed and not yet returned, may be told of an abort or a reset as well, but
not of a reset by one who had passed with it and returned; of a timeout not, which only those can meet who
come later.
"""

from collections.abc import Iterator
from typing import NamedTuple

from mpconform.checkers.condition_model import GRAIN_NS, timeout_ns
from mpconform.values import History, Operation
from orders import Orders, end_of

__all__ = ("explained",)


class _State(NamedTuple):
    """How far each actor is, who waits, who has passed with which numbers left, who is told that it broke.

    *passed* has for each generation that is going: those in it, the numbers left, whether it may be told, and
    those who have left it.
    *now* is the latest instant before which what has happened so far cannot have happened.
    """

    places: tuple[tuple[int, int], ...]
    waiting: frozenset[int]
    passed: frozenset[tuple[frozenset[int], frozenset[int], bool, frozenset[int]]]
    told: frozenset[int]
    broken: bool
    now: int


class _Barriers(Orders):
    def __init__(self, history: History) -> None:
        super().__init__(history)
        self._parties = int(history.scenario.objects["b"].arguments[0])

    def take(self, state: _State, n: int, op: Operation, now: int) -> Iterator[_State]:
        """Yield what may come of the next step of actor number *n*, in *op*, at *now* at the earliest."""
        _, within = state.places[n]
        if op.method == "wait":
            yield from self._enter(state, n, now) if within == 0 else self._leave(state, n, op, now)
        elif op.method == ".n_waiting":
            if op.returned_ns is None or op.result == len(state.waiting):
                yield self.done(state, n, now)
        else:
            after = self._break(self.done(state, n, now), spared=None if op.method == "abort" else n)
            yield after._replace(broken=op.method == "abort")

    def _enter(self, state: _State, n: int, now: int) -> Iterator[_State]:
        after = self.within(state, n, 1, now)
        there = state.waiting | {n}
        if state.broken:
            yield after._replace(told=state.told | {n})
        elif len(there) < self._parties:
            yield after._replace(waiting=there)
        else:
            generation = (there, frozenset(range(self._parties)), False, frozenset[int]())
            yield after._replace(waiting=frozenset(), passed=state.passed | {generation})

    def _leave(self, state: _State, n: int, op: Operation, now: int) -> Iterator[_State]:
        raised = op.returned_ns is None or op.outcome == "raised"
        if n in state.told:
            if raised:
                yield self.done(state, n, now)._replace(told=state.told - {n})
            return
        if n in state.waiting:
            limit = timeout_ns(op)
            late = max(now, op.invoked_ns + (limit or 0) - GRAIN_NS)
            if limit is not None and late <= end_of(op):
                after = self._break(self.within(state, n, 1, late))
                yield after._replace(broken=True, passed=state.passed)
            return
        mine = next(one for one in state.passed if n in one[0])
        who, numbers, perhaps, gone = mine
        others = state.passed - {mine}
        if op.returned_ns is None or (op.ok and op.result in numbers):
            left = (who - {n}, numbers - {op.result if op.ok else None}, perhaps, gone | {n})
            yield self.done(state, n, now)._replace(passed=others | {left} if left[0] else others)
        if raised and perhaps:
            left = (who - {n}, numbers, perhaps, gone | {n})
            yield self.done(state, n, now)._replace(passed=others | {left} if left[0] else others)

    @staticmethod
    def _break(state: _State, spared: int | None = None) -> _State:
        """Tell all who wait; those who have passed may be told as well, but not by *spared*, who had, too."""
        passed = frozenset(
            (who, numbers, perhaps or spared not in gone, gone)
            for who, numbers, perhaps, gone in state.passed
        )
        return state._replace(waiting=frozenset(), told=state.told | state.waiting, passed=passed)


def explained(history: History) -> bool:
    """Return whether a right barrier can have made *history*, of waits, aborts, resets and n_waiting."""
    search = _Barriers(history)
    places = tuple((0, 0) for _ in search.programs)
    return search.explain(_State(places, frozenset(), frozenset(), frozenset(), broken=False, now=0))
