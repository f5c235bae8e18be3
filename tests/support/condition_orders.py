"""Whether some order of what a condition did explains a whole history: by trying all of them.

An acquire and a release take effect once; a notify at once for all whom it wakes; a wait gives the lock up,
is woken or gives up, and has the lock again.  Each of these steps lies between the begin and the end of its
operation, and a wait does not give up before its time, by 2 ms as the checkers grant.

A strict condition wakes exactly as many as it is asked to, of those who have not given up.  What is allowed,
too: to wake more, and to count one whose time is over, before it has given up.
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
    def __init__(self, history: History, *, strict: bool) -> None:
        super().__init__(history)
        self._strict = strict

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
            least = (op.arguments[0] if op.arguments else 1) if op.method == "notify" else len(state.waiting)
            least = min(least, len(state.waiting))
            for count in range(least, (least if self._strict else len(state.waiting)) + 1):
                for chosen in itertools.combinations(sorted(state.waiting), count):
                    yield from self._notified(self.done(state, n, now), op, frozenset(chosen))

    def _notified(self, state: _State, op: Operation, chosen: frozenset[int]) -> Iterator[_State]:
        """Yield what may come of a notify that chose some; who has waited for its time may be gone."""
        after = state._replace(waiting=state.waiting - chosen, woken=state.woken | chosen)
        yield after
        for gone in (
            ()
            if self._strict
            else itertools.chain.from_iterable(
                itertools.combinations(sorted(chosen), count) for count in range(1, len(chosen) + 1)
            )
        ):
            waits = [self.programs[n][state.places[n][0]] for n in gone]
            limits = [timeout_ns(wait) for wait in waits]
            if None in limits:
                continue
            over = [wait.invoked_ns + limit - GRAIN_NS for wait, limit in zip(waits, limits, strict=True)]
            late = max(after.now, *over)
            if late <= end_of(op):
                places = tuple(
                    (place, 3) if n in gone else (place, step) for n, (place, step) in enumerate(after.places)
                )
                yield after._replace(woken=after.woken - {*gone}, places=places, now=late)

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


def explained(history: History, *, strict: bool = True) -> bool:
    """Return whether a right condition can have made *history*, of acquires, releases, waits and notifies."""
    search = _Conditions(history, strict=strict)
    return search.explain(_State(tuple((0, 0) for _ in search.programs), -1, frozenset(), frozenset(), 0))
