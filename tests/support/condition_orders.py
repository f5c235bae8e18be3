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
from orders import Orders, end_of

__all__ = ("explained",)


class _State(NamedTuple):
    """How far each actor is (operation, and step within a wait), who has the lock, who waits, who was woken.

    *now* is the latest instant before which what has happened so far cannot have happened.
    """

    places: tuple[tuple[int, int], ...]
    owner: int
    waiting: frozenset[int]
    woken: frozenset[int]
    now: int


class _Conditions(Orders):
    def take(self, state: _State, n: int, op: Operation, now: int) -> Iterator[_State]:
        """Yield what may come of the next step of actor number *n*, in *op*, at *now* at the earliest."""
        _, within = state.places[n]
        if op.method == "wait":
            yield from self._wait(state, n, op, within, now)
        elif op.method == "acquire" and state.owner == -1:
            yield self.done(state, n, now)._replace(owner=n)
        elif op.method == "release" and state.owner == n:
            yield self.done(state, n, now)._replace(owner=-1)
        elif op.method in {"notify", "notify_all"} and state.owner == n:
            most = (op.arguments[0] if op.arguments else 1) if op.method == "notify" else len(state.waiting)
            after = self.done(state, n, now)
            for chosen in itertools.combinations(sorted(state.waiting), min(most, len(state.waiting))):
                yield after._replace(waiting=state.waiting - {*chosen}, woken=state.woken | frozenset(chosen))

    def _wait(self, state: _State, n: int, op: Operation, within: int, now: int) -> Iterator[_State]:
        limit = timeout_ns(op)
        if within == 0 and state.owner == n:
            after = self.within(state, n, 1, now)
            yield after._replace(owner=-1, waiting=state.waiting | {n})
        elif within == 1 and n in state.woken:
            yield self.within(state, n, 2, now)
        elif within == 1 and limit is not None:
            late = max(now, op.invoked_ns + limit - GRAIN_NS)
            if late <= end_of(op):
                after = self.within(state, n, 3, late)
                yield after._replace(waiting=state.waiting - {n})
        elif within > 1 and state.owner == -1 and (op.returned_ns is None or op.result is (within == 2)):
            yield self.done(state, n, now)._replace(owner=n, woken=state.woken - {n})


def explained(history: History) -> bool:
    """Return whether a right condition can have made *history*, of acquires, releases, waits and notifies."""
    search = _Conditions(history)
    return search.explain(_State(tuple((0, 0) for _ in search.programs), -1, frozenset(), frozenset(), 0))
