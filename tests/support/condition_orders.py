"""Whether some order of what a condition did explains a whole history: by trying all of them.

An acquire and a release take effect once; a notify at once for all whom it wakes; a wait gives the lock up,
is woken or gives up, and has the lock again.  Each of these steps lies between the begin and the end of its
operation, and a wait does not give up before its time, by 2 ms as the checkers grant.
"""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from mpconform.checkers.condition_model import GRAIN_NS, timeout_ns
from mpconform.values import History, Operation

__all__ = ("explained",)

_NEVER = 1 << 62


class _State(NamedTuple):
    """How far each actor is (operation, and step within a wait), who has the lock, who waits, who was woken.

    *now* is the latest instant before which what has happened so far cannot have happened.
    """

    places: tuple[tuple[int, int], ...]
    owner: int
    waiting: frozenset[int]
    woken: frozenset[int]
    now: int


class _Search:
    def __init__(self, history: History) -> None:
        names = sorted({one.actor for one in history.operations})
        self._programs = [[one for one in history.operations if one.actor == name] for name in names]
        self._hung = history.ended == "hung"
        self._known: set[_State] = set()

    def holds(self) -> bool:
        start = _State(tuple((0, 0) for _ in self._programs), -1, frozenset(), frozenset(), 0)
        left = [start]
        while left:
            state = left.pop()
            if state in self._known:
                continue
            self._known.add(state)
            following = [one for n in range(len(self._programs)) for one in self._steps(state, n)]
            if self._over(state, following):
                return True
            # What never returned, did not come to its end; that it could have, speaks against being stuck.
            left += [one for one in following if not self._ends_open(state, one)]
        return False

    def _ends_open(self, state: _State, after: _State) -> bool:
        """Whether an operation that never returned has come to its end between the two."""
        for program, (before, _), (place, _) in zip(self._programs, state.places, after.places, strict=True):
            if place > before and program[before].returned_ns is None:
                return True
        return False

    def _over(self, state: _State, following: list[_State]) -> bool:
        """Whether everything that returned has been explained; what hangs must have been stuck."""
        for (place, _), program in zip(state.places, self._programs, strict=True):
            if place < len(program) and program[place].returned_ns is not None:
                return False
        return not (self._hung and following)

    def _steps(self, state: _State, n: int) -> Iterator[_State]:
        """Yield what may come of the next step of actor number *n*."""
        place, within = state.places[n]
        if place == len(self._programs[n]):
            return
        op = self._programs[n][place]
        now = max(state.now, op.invoked_ns)
        if now > _end(op):
            return
        if op.method == "wait":
            yield from self._wait(state, n, op, within, now)
        elif op.method == "acquire" and state.owner == -1:
            yield self._done(state, n, now)._replace(owner=n)
        elif op.method == "release" and state.owner == n:
            yield self._done(state, n, now)._replace(owner=-1)
        elif op.method in {"notify", "notify_all"} and state.owner == n:
            most = (op.arguments[0] if op.arguments else 1) if op.method == "notify" else len(state.waiting)
            after = self._done(state, n, now)
            for chosen in itertools.combinations(sorted(state.waiting), min(most, len(state.waiting))):
                yield after._replace(waiting=state.waiting - {*chosen}, woken=state.woken | frozenset(chosen))

    def _wait(self, state: _State, n: int, op: Operation, within: int, now: int) -> Iterator[_State]:
        limit = timeout_ns(op)
        if within == 0 and state.owner == n:
            after = self._at(state, n, (state.places[n][0], 1), now)
            yield after._replace(owner=-1, waiting=state.waiting | {n})
        elif within == 1 and n in state.woken:
            yield self._at(state, n, (state.places[n][0], 2), now)
        elif within == 1 and limit is not None:
            late = max(now, op.invoked_ns + limit - GRAIN_NS)
            if late <= _end(op):
                after = self._at(state, n, (state.places[n][0], 3), late)
                yield after._replace(waiting=state.waiting - {n})
        elif within > 1 and state.owner == -1 and (op.returned_ns is None or op.result is (within == 2)):
            yield self._done(state, n, now)._replace(owner=n, woken=state.woken - {n})

    def _done(self, state: _State, n: int, now: int) -> _State:
        return self._at(state, n, (state.places[n][0] + 1, 0), now)

    @staticmethod
    def _at(state: _State, n: int, place: tuple[int, int], now: int) -> _State:
        places = (*state.places[:n], place, *state.places[n + 1 :])
        return state._replace(places=places, now=now)


def _end(op: Operation) -> int:
    return _NEVER if op.returned_ns is None else op.returned_ns


def explained(history: History) -> bool:
    """Return whether a right condition can have made *history*, of acquires, releases, waits and notifies."""
    return _Search(history).holds()
