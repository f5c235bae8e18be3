"""FIFO queues of any number of producers and consumers, whose values are unique.

The bad patterns of Henzinger, Sezgin and Vafeiadis (2013), each found by sorting: O(n log n).  A history
without gets that never returned, or without Empty answers, is judged exactly; otherwise, and for capacity,
soundly.
"""

import numpy as np

from mpconform.linear.columns import NOTHING, OPEN, Column, Columns, Judged
from mpconform.linear.sweep import Possible

__all__ = ("CODES", "judge")

#: Put a value; got one; a get that found nothing; a put that found no room.
CODES = ("put", "get", "empty", "full")


def judge(columns: Columns, *, capacity: int = 0) -> Judged:
    """Return whether some FIFO order explains *columns*; *capacity* bounds the queue, 0 does not."""
    queue = _Queue(columns)
    return (
        queue.put_twice()
        or queue.got_twice()
        or queue.invented()
        or queue.swallowed()
        or queue.overtaken()
        or queue.empty_though_filled()
        or (queue.overfull(capacity) or queue.full_though_not(capacity) if capacity else None)
        or Judged(legal=True, exact=queue.exact and not capacity)
    )


class _Queue:
    """The puts and gets of a history, by value."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.empties = columns.of("empty")
        self.fulls = columns.of("full")
        self.puts = columns.of("put")
        gets = columns.of("get")
        returned = columns.returned[gets] != OPEN
        self.lost_gets = gets[~returned]
        self.gets = gets[returned]
        order = np.argsort(columns.argument[self.puts], kind="stable")
        self.puts = self.puts[order]
        #: The values that were put, sorted; what stands at a place belongs to the value there.
        self.values = columns.argument[self.puts]
        self.begin, self.end = columns.invoked[self.puts], columns.returned[self.puts]
        self.answers = columns.answer[self.gets]
        #: For each get, the place of its value; and whether it was put at all.
        self.places = np.searchsorted(self.values, self.answers)
        clipped = np.minimum(self.places, max(0, len(self.values) - 1))
        self.known = (
            self.values[clipped] == self.answers if len(self.values) else np.zeros(len(self.gets), dtype=bool)
        )
        #: For each value, when the get that took it began and ended, and which it was.
        self.taken_from = np.full(len(self.puts), OPEN)
        self.taken_until = np.full(len(self.puts), OPEN)
        self.taker = np.full(len(self.puts), -1)
        known = self.places[self.known]
        self.taken_from[known] = columns.invoked[self.gets[self.known]]
        self.taken_until[known] = columns.returned[self.gets[self.known]]
        self.taker[known] = self.gets[self.known]

    @property
    def exact(self) -> bool:
        """Whether the patterns decide: gets that never returned and Empty answers are too much together."""
        return not (len(self.lost_gets) and len(self.empties)) and not len(self.fulls)

    def _named(self, place: int) -> object:
        return self.columns.value(int(self.values[place]))

    def put_twice(self) -> Judged | None:
        """Refuse a value that was put twice: it cannot be told apart, and nothing can be said."""
        again = np.flatnonzero(self.values[1:] == self.values[:-1])
        if not len(again):
            return None
        first, second = int(self.puts[again[0]]), int(self.puts[again[0] + 1])
        told = f"{self._named(again[0])!r} was put twice; a queue is judged by values that are unique"
        return Judged(legal=None, kind="ambiguous", witness=(first, second), story=told)

    def got_twice(self) -> Judged | None:
        """Find two gets of one value."""
        order = np.argsort(self.answers, kind="stable")
        again = np.flatnonzero(self.answers[order][1:] == self.answers[order][:-1])
        if not len(again):
            return None
        first, second = (int(self.gets[order[again[0] + step]]) for step in (0, 1))
        value = self.columns.value(int(self.columns.answer[first]))
        return Judged(
            legal=False,
            kind="got-twice",
            witness=(first, second),
            story=f"{value!r} was put once and got twice",
        )

    def invented(self) -> Judged | None:
        """Find a value that was got, and never put, or not before the get had returned."""
        strange = np.flatnonzero(~self.known)
        if len(strange):
            row = int(self.gets[strange[0]])
            value = self.columns.value(int(self.columns.answer[row]))
            return Judged(
                legal=False, kind="invented", witness=(row,), story=f"{value!r} was got, and nobody put it"
            )
        early = np.flatnonzero(self.taken_until < self.begin)
        if not len(early):
            return None
        place = int(early[0])
        told = f"{self._named(place)!r} had been got before its put began"
        return Judged(
            legal=False,
            kind="got-too-early",
            witness=(int(self.puts[place]), int(self.taker[place])),
            story=told,
        )

    def _untaken(self) -> Column:
        return np.flatnonzero((self.taker < 0) & (self.end != OPEN))

    def swallowed(self) -> Judged | None:
        """Find more values missing than gets that never returned can have taken in time.

        A missing value must have been taken before any later one was: that is its deadline.  The k-th
        earliest deadline needs the k-th earliest of those gets to have begun.
        """
        if not len(self.lost_gets):
            return None
        untaken = self._untaken()
        deadlines, after = self._deadlines(untaken)
        needy = np.flatnonzero(deadlines != OPEN)
        order = needy[np.argsort(deadlines[needy], kind="stable")]
        begun = np.sort(self.columns.invoked[self.lost_gets])
        enough = min(len(order), len(begun))
        late = np.flatnonzero(begun[:enough] > deadlines[order[:enough]])
        if not len(late) and len(order) <= len(begun):
            return None
        which = int(order[late[0]] if len(late) else order[enough])
        return self._skipped(int(untaken[which]), int(after[which]))

    def _deadlines(self, untaken: Column) -> tuple[Column, Column]:
        """Return, for each of the places *untaken*, the least end of the gets of later values, and whose."""
        taken = np.flatnonzero(self.taker >= 0)
        order = taken[np.argsort(self.begin[taken], kind="stable")]
        if not len(order):
            return np.full(len(untaken), OPEN), np.full(len(untaken), -1)
        ends = self.taken_until[order][::-1]
        least = np.minimum.accumulate(ends)
        # The place in `ends` at which the least so far was met.
        where = np.maximum.accumulate(np.where(ends == least, np.arange(len(ends)), 0))
        at = np.searchsorted(self.begin[order], self.end[untaken], side="right")
        found = at < len(order)
        back = np.minimum(len(order) - 1, np.maximum(0, len(order) - 1 - at))
        deadlines = np.where(found, least[back], OPEN)
        return deadlines, np.where(found, order[::-1][where[back]], -1)

    def _skipped(self, earlier: int, later: int) -> Judged:
        """Return that the value at place *earlier* was passed over for that at *later*."""
        told = (
            f"the put of {self._named(earlier)!r} had returned before that of {self._named(later)!r} began; "
            f"yet {self._named(later)!r} was got, and {self._named(earlier)!r} never was"
        )
        witness = (int(self.puts[earlier]), int(self.puts[later]), int(self.taker[later]))
        return Judged(legal=False, kind="passed-over", witness=witness, story=told)

    def overtaken(self) -> Judged | None:
        """Find two values put one after the other, the second of which was got strictly first."""
        order = np.argsort(self.end, kind="stable")
        taken_from = self.taken_from[order]
        if len(self.lost_gets):  # Who took what is missing, is dealt with above.
            taken_from = np.where(self.taker[order] < 0, NOTHING, taken_from)
        latest = np.maximum.accumulate(taken_from)
        later = np.flatnonzero(self.taker >= 0)
        at = np.searchsorted(self.end[order], self.begin[later], side="left") - 1
        wrong = np.flatnonzero((at >= 0) & (latest[np.maximum(at, 0)] > self.taken_until[later]))
        if not len(wrong):
            return None
        second = int(later[wrong[0]])
        first = int(order[int(np.argmax(taken_from[: int(at[wrong[0]]) + 1]))])
        if self.taker[first] < 0:
            return self._skipped(first, second)
        told = (
            f"the put of {self._named(first)!r} had returned before that of {self._named(second)!r} began; "
            f"yet {self._named(second)!r} had been got before the get of {self._named(first)!r} began"
        )
        witness = tuple(int(rows[place]) for rows in (self.puts, self.taker) for place in (first, second))
        return Judged(legal=False, kind="overtaken", witness=witness, story=told)

    def empty_though_filled(self) -> Judged | None:
        """Find Empty, although throughout the call one value or another was surely there."""
        if not len(self.empties):
            return None
        until = self.taken_from
        if len(self.lost_gets):
            first = int(self.columns.invoked[self.lost_gets].min())
            until = np.where(self.taker < 0, first, until)
        there = np.flatnonzero(self.end < until)
        if not len(there):
            return None
        order = there[np.argsort(self.end[there], kind="stable")]
        starts, latest = self.end[order], np.maximum.accumulate(until[order])
        # Intervals are open: those that only touch leave an instant between them.
        fresh = np.concatenate([[True], starts[1:] >= latest[:-1]])
        firsts = np.flatnonzero(fresh)
        begins = starts[firsts]
        ends = latest[np.concatenate([firsts[1:] - 1, [len(order) - 1]])]
        at = np.searchsorted(begins, self.columns.invoked[self.empties], side="left") - 1
        wrong = np.flatnonzero((at >= 0) & (ends[np.maximum(at, 0)] > self.columns.returned[self.empties]))
        if not len(wrong):
            return None
        empty = int(self.empties[wrong[0]])
        places = self._covering(order, until, empty)
        told = (
            f"the queue was said to be empty, although {' then '.join(repr(self._named(p)) for p in places)} "
            "was surely in it throughout the call"
        )
        witness = (empty, *(int(self.puts[place]) for place in places))
        return Judged(legal=False, kind="empty-though-filled", witness=witness, story=told)

    def _covering(self, order: Column, until: Column, empty: int) -> list[int]:
        """Return the fewest values, one after the other, that were there throughout the call *empty*."""
        invoked, returned = (int(c[empty]) for c in (self.columns.invoked, self.columns.returned))
        places: list[int] = []
        instant = invoked - 1  # Everything from the invocation on is to be covered.
        begin = np.searchsorted(self.end[order], instant, side="right")
        while instant <= returned:
            candidates = order[: max(begin, 1)]
            best = int(candidates[int(np.argmax(until[candidates]))])
            if until[best] <= instant:
                break
            places.append(best)
            instant = int(until[best])
            begin = np.searchsorted(self.end[order], instant, side="left")
        return places

    def overfull(self, capacity: int) -> Judged | None:
        """Find more values surely inside at once than there is room for."""
        there = np.flatnonzero((self.end < self.taken_from) & (self.end != OPEN))
        times = np.concatenate([self.end[there], self.taken_from[there]])
        changes = np.concatenate([np.ones(len(there), dtype=np.int64), -np.ones(len(there), dtype=np.int64)])
        order = np.lexsort((changes, times))  # Who leaves at an instant, leaves before others come.
        inside = np.cumsum(changes[order])
        over = np.flatnonzero(inside > capacity)
        if not len(over):
            return None
        instant = int(times[order[over[0]]])
        places = there[(self.end[there] <= instant) & (self.taken_from[there] > instant)]
        witness = tuple(int(row) for row in self.puts[places[: capacity + 1]])
        told = f"{capacity + 1} values were surely in a queue for {capacity} at once"
        return Judged(legal=False, exact=False, kind="overfull", witness=witness, story=told)

    def full_though_not(self, capacity: int) -> Judged | None:
        """Find Full, although at no instant of the call the queue can have been full."""
        if not len(self.fulls):
            return None
        inside = Possible(self.begin, self.taken_until)
        for full in self.fulls:
            most = inside.most(int(self.columns.invoked[full]), int(self.columns.returned[full]))
            if most < capacity:
                told = (
                    f"a put was refused, although there can have been only {most} in a queue for {capacity}"
                )
                return Judged(
                    legal=False, exact=False, kind="full-though-not", witness=(int(full),), story=told
                )
        return None
