"""FIFO queues of any number of producers and consumers, whose values are unique.

The bad patterns of Henzinger, Sezgin and Vafeiadis (2013), each found by sorting: O(n log n).  A history
without gets that never returned, or without Empty answers, is judged exactly; otherwise, and for capacity,
soundly.
"""

import numpy as np

from mpconform.linear.columns import NOTHING, OPEN, Column, Columns, Judged
from mpconform.linear.places import places_of
from mpconform.linear.sweep import Possible
from mpconform.linear.telling import Teller, counted, listed

__all__ = ("CODES", "Queue", "judge")

#: Put a value; got one; a get that found nothing; a put that found no room.
CODES = ("put", "get", "empty", "full")


def judge(columns: Columns, *, capacity: int = 0) -> Judged:
    """Return whether some FIFO order explains *columns*; *capacity* bounds the queue, 0 does not."""
    return Queue(columns).judged(capacity=capacity)


class Queue:
    """The puts and gets of a history, by value."""

    def __init__(self, columns: Columns) -> None:
        """Sort the operations of *columns*."""
        self.columns = columns
        self._tell = Teller(columns)
        self.empties = columns.of("empty")
        self.fulls = columns.of("full")
        self.puts = columns.of("put")
        gets = columns.of("get")
        returned = columns.returned[gets] != OPEN
        self.lost_gets = gets[~returned]
        self.gets = gets[returned]
        self.begin, self.end = columns.invoked[self.puts], columns.returned[self.puts]
        #: For each get, the place of its value among the puts; -1 if it was never put.
        where = places_of(columns.answer[self.gets], columns.argument[self.puts])
        self.places, self.twice = where.found, where.again
        #: For each value, when the get that took it began and ended, and which it was.
        self.taken_from = np.full(len(self.puts), OPEN)
        self.taken_until = np.full(len(self.puts), OPEN)
        self.taker = np.full(len(self.puts), -1)
        taking, known = self.gets, self.places
        if len(known) and int(known.min()) < 0:
            taking, known = taking[known >= 0], known[known >= 0]
        self.taken_from[known] = columns.invoked[taking]
        self.taken_until[known] = columns.returned[taking]
        self.taker[known] = taking
        #: The gets whose value another one took as well, and the others.
        again = self.taker[known] != taking
        self.again = np.stack([taking[again], self.taker[known[again]]])

    def judged(self, *, capacity: int = 0) -> Judged:
        """Return whether some FIFO order explains it all."""
        return (
            self.put_twice()
            or self.invented()
            or self.got_twice()
            or self.swallowed()
            or self.overtaken()
            or self.empty_though_filled()
            or (self.overfull(capacity) or self.full_though_not(capacity) if capacity else None)
            or Judged(legal=True, exact=self.exact and not capacity)
        )

    def carried(self) -> Column:
        """Return the rows, if it is legal, on which what comes after a quiescent point may depend.

        That are the values which are still there, the gets that never returned, and for each value that one
        of these must have taken, the later value that was got although it was not: it cannot come any more.
        """
        rows = [self.puts[self.taker < 0], self.lost_gets]
        if len(self.lost_gets):
            deadlines, after = self.deadlines(self.untaken)
            later = np.unique(after[deadlines != OPEN])
            rows += [self.puts[later], self.taker[later]]
        return np.sort(np.concatenate(rows))

    @property
    def exact(self) -> bool:
        """Whether the patterns decide: gets that never returned and Empty answers are too much together."""
        return not (len(self.lost_gets) and len(self.empties)) and not len(self.fulls)

    def _put(self, place: int) -> int:
        return int(self.puts[place])

    def put_twice(self) -> Judged | None:
        """Refuse a value that was put twice: it cannot be told apart, and nothing can be said."""
        if not self.twice:
            return None
        first, second = map(self._put, self.twice)
        tell = self._tell
        told = (
            f"{tell.argument(first)} was put twice, by {tell.who(first)} {tell.span(first)} and by "
            f"{tell.who(second)} {tell.span(second)}; a queue is judged by values that are unique"
        )
        return Judged(legal=None, kind="ambiguous", witness=(first, second), story=told)

    def got_twice(self) -> Judged | None:
        """Find two gets of one value."""
        if not self.again.size:
            return None
        first, second = sorted(map(int, self.again[:, 0]), key=self._tell.ended)
        tell = self._tell
        put = int(self.puts[self.columns.argument[self.puts] == self.columns.answer[first]][0])
        told = (
            f"{tell.who(put)} put {tell.argument(put)} once {tell.span(put)}; yet {tell.who(first)} got it "
            f"{tell.span(first)}, and {tell.who(second)} got it again {tell.span(second)}: "
            "what was taken out of a queue is no longer in it"
        )
        return Judged(legal=False, kind="got-twice", witness=(put, first, second), story=told)

    def invented(self) -> Judged | None:
        """Find a value that was got, and never put, or not before the get had returned."""
        tell = self._tell
        strange = np.flatnonzero(self.places < 0)
        if len(strange):
            row = int(self.gets[strange[0]])
            told = (
                f"{tell.who(row)} got {tell.answer(row)} {tell.span(row)}, and nobody ever put it: "
                "a queue makes nothing up"
            )
            return Judged(legal=False, kind="invented", witness=(row,), story=told)
        early = np.flatnonzero(self.taken_until < self.begin)
        if not len(early):
            return None
        put, get = self._put(int(early[0])), int(self.taker[early[0]])
        told = (
            f"{tell.who(get)} had got {tell.answer(get)} {tell.span(get)} before {tell.who(put)} began to "
            f"put it {tell.span(put)}"
        )
        return Judged(legal=False, kind="got-too-early", witness=(put, get), story=told)

    @property
    def untaken(self) -> Column:
        """The places of the values that were surely put, and that no get brought."""
        return np.flatnonzero((self.taker < 0) & (self.end != OPEN))

    def swallowed(self) -> Judged | None:
        """Find more values missing than gets that never returned can have taken in time.

        A missing value must have been taken before any later one was: that is its deadline.  The k-th
        earliest deadline needs the k-th earliest of those gets to have begun.
        """
        if not len(self.lost_gets):
            return None
        untaken = self.untaken
        deadlines, after = self.deadlines(untaken)
        needy = np.flatnonzero(deadlines != OPEN)
        order = needy[np.argsort(deadlines[needy], kind="stable")]
        begun = np.sort(self.columns.invoked[self.lost_gets])
        enough = min(len(order), len(begun))
        late = np.flatnonzero(begun[:enough] > deadlines[order[:enough]])
        if not len(late) and len(order) <= len(begun):
            return None
        which = int(order[late[0]] if len(late) else order[enough])
        return self._skipped(int(untaken[which]), int(after[which]))

    def deadlines(self, untaken: Column) -> tuple[Column, Column]:
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
        first, second, get = self._put(earlier), self._put(later), int(self.taker[later])
        tell = self._tell
        lost = len(self.lost_gets)
        gets = counted(lost, "get")
        missing = f"; {gets} that never returned cannot account for all that is missing" if lost else ""
        told = (
            f"{self._in_turn(first, second)} {tell.who(get)} got {tell.answer(get)} {tell.span(get)}, and "
            f"nobody ever got {tell.argument(first)}{missing}: a FIFO queue passes nothing over"
        )
        return Judged(legal=False, kind="passed-over", witness=(first, second, get), story=told)

    def _in_turn(self, first: int, second: int) -> str:
        """Return that the put *first* had returned before the put *second* began."""
        tell = self._tell
        return (
            f"{tell.who(first)} had put {tell.argument(first)} {tell.span(first)} before {tell.who(second)} "
            f"began to put {tell.argument(second)} {tell.span(second)}; yet"
        )

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
        puts, gets = (self._put(first), self._put(second)), (int(self.taker[first]), int(self.taker[second]))
        tell = self._tell
        told = (
            f"{self._in_turn(*puts)} {tell.who(gets[1])} had got {tell.answer(gets[1])} {tell.span(gets[1])} "
            f"before {tell.who(gets[0])} began the get that brought {tell.answer(gets[0])} "
            f"{tell.span(gets[0])}: a FIFO queue gives out first what was put first"
        )
        return Judged(legal=False, kind="overtaken", witness=(*puts, *gets), story=told)

    def empty_though_filled(self) -> Judged | None:
        """Find Empty, although throughout the call one value or another was surely there."""
        if not len(self.empties):
            return None
        until = self._surely_until()
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
        tell = self._tell
        names = [tell.argument(self._put(place)) for place in places]
        stays = [self._stay(place) for place in places]
        told = (
            f"{tell.who(empty)} was told that the queue is empty {tell.span(empty)}, although throughout "
            f"that call {' or '.join(names)} was surely in it: {'; '.join(stays)}"
        )
        witness = (empty, *(self._put(place) for place in places))
        return Judged(legal=False, kind="empty-though-filled", witness=witness, story=told)

    def _surely_until(self) -> Column:
        """Return until when each value was surely not taken: a get that never returned may have taken any."""
        if not len(self.lost_gets):
            return self.taken_from
        first = int(self.columns.invoked[self.lost_gets].min())
        return np.where(self.taker < 0, first, self.taken_from)

    def _stay(self, place: int) -> str:
        """Return since when the value at *place* was surely inside, and until when."""
        put, get = self._put(place), int(self.taker[place])
        tell = self._tell
        until = f"no get of it began before {tell.began(get)}" if get >= 0 else "it was never got"
        return f"{tell.argument(put)} had been put by {tell.ended(put)}, and {until}"

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
        until = self._surely_until()
        there = np.flatnonzero(self.end < until)
        times = np.concatenate([self.end[there], until[there]])
        changes = np.concatenate([np.ones(len(there), dtype=np.int64), -np.ones(len(there), dtype=np.int64)])
        order = np.lexsort((changes, times))  # Who leaves at an instant, leaves before others come.
        inside = np.cumsum(changes[order])
        over = np.flatnonzero(inside > capacity)
        if not len(over):
            return None
        instant = int(times[order[over[0]]])
        places = there[(self.end[there] <= instant) & (until[there] > instant)]
        witness = tuple(map(self._put, places[: capacity + 1]))
        tell = self._tell
        held = [f"{tell.argument(row)} since {tell.ended(row)}" for row in witness]
        told = (
            f"at {instant} there were surely {capacity + 1} values in a queue that has room for {capacity}: "
            f"{listed(held)}, and no get of any of them had begun"
        )
        return Judged(legal=False, exact=False, kind="overfull", witness=witness, story=told)

    def full_though_not(self, capacity: int) -> Judged | None:
        """Find Full, although at no instant of the call the queue can have been full."""
        if not len(self.fulls):
            return None
        inside = Possible(self.begin, self.taken_until)
        for full in self.fulls:
            most = inside.most(int(self.columns.invoked[full]), int(self.columns.returned[full]))
            if most < capacity:
                row, tell = int(full), self._tell
                told = (
                    f"{tell.who(row)} was refused to put {tell.argument(row)} {tell.span(row)}, although at "
                    f"no instant of that call can there have been more than {most} in a queue that has room "
                    f"for {capacity}"
                )
                return Judged(legal=False, exact=False, kind="full-though-not", witness=(row,), story=told)
        return None
