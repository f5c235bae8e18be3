"""Windows: a long history is judged from one quiescent point to the next.

At such a point everything that ever returned, has returned.  What a later window needs of those before is
carried into it: a few operations, and what the object holds by then.  So what is judged at a time fits into
the caches, and a stream into memory.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mpconform.linear import counter, fifo, lock, register, semaphore
from mpconform.linear.columns import COLUMN_NAMES, NOTHING, OPEN, Column, Columns, Judged

__all__ = ("Windowed", "cuts", "judged")

#: About so many operations are judged at a time: all that is made of them fits into a cache of a mebibyte.
WINDOW = 1 << 14
#: So many rows before the end of a window are searched for a cut first.
_NEAR = 1 << 10


class Windowed:
    """What is known of an object of *model* by now; judges the next operations, with those carried."""

    def __init__(self, model: str, *, capacity: int = 0) -> None:
        """Begin with nothing; *capacity* is that of a queue."""
        self._model, self._capacity = model, capacity
        self._first: int = NOTHING
        self._carry: Any = None
        self.count = 0
        #: Whether what a register held at first cannot be read any more.
        self.over = False

    def judge(self, columns: Columns, first: int) -> Judged:
        """Judge the next window; what the object held *first* counts for the very first only."""
        if not self.count or self._model == "register":
            self._first = int(NOTHING) if self.over else first
        self.count += 1
        match self._model:
            case "queue":
                queue = fifo.Queue(columns)
                self._carry = queue.carried
                return queue.judged(capacity=self._capacity)
            case "register":
                zones = register.Zones(columns, self._first)
                self._carry = zones.carried
                return zones.judged()
            case "lock":
                holds = lock.Holds(columns)
                self._carry = holds.carried
                return holds.judged()
            case "counter":
                found, done = counter.ordered(columns, self._first)
                self._carry = lambda: (counter.carried(columns, done), self._first + done)
                return found
            case _:
                self._carry = lambda: semaphore.carried(columns, value=self._first)
                return semaphore.judge(columns, value=self._first)

    def carried(self) -> Column:
        """Return the rows of the window that was judged last, and was legal, which the next one needs."""
        rows: Column
        match self._model:
            case "queue" | "lock":
                rows = self._carry()
            case "register":
                rows, stays = self._carry()
                self.over = self.over or not stays
            case _:
                rows, self._first = self._carry()
        return rows


def judged(columns: Columns, first: int, *, capacity: int = 0, window: int = WINDOW) -> Judged:
    """Return whether some order explains *columns*, window by window; the object held *first* at first.

    If a window shows that none does, all is judged at once, so that the story is that of the whole.
    """
    if len(columns) <= 2 * window:
        return Windowed(columns.model, capacity=capacity).judge(columns, first)
    known = Windowed(columns.model, capacity=capacity)
    rows = np.zeros(0, dtype=np.int64)
    exact = True
    begin = 0
    joiner = _Joiner(columns)
    for end in cuts(columns, window):
        found = known.judge(joiner.part(rows, begin, end), first)
        exact = exact and found.exact
        if not found.legal:
            return Windowed(columns.model, capacity=capacity).judge(columns, first)
        if end < len(columns):
            rows = _placed(known.carried(), rows, begin)
        begin = end
    return Judged(legal=True, exact=exact)


def _placed(found: Column, rows: Column, begin: int) -> Column:
    """Return the rows *found* in a window of *rows* and those from *begin* on as rows of the whole."""
    if not len(rows):
        return found + begin
    carried = found < len(rows)
    return np.where(carried, rows[np.where(carried, found, 0)], found - len(rows) + begin)


class _Joiner:
    """Puts carried rows before those of a window, in the same memory each time: new memory costs more."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._room = 0
        self._buffers: dict[str, Column] = {}

    def part(self, rows: Column, begin: int, end: int) -> Columns:
        """Return *rows* and those from *begin* to *end*, until the next part is asked for."""
        columns = self._columns
        count = len(rows) + end - begin
        if count > self._room:
            self._room = count + count // 4
            self._buffers = {name: np.empty(self._room, dtype=np.int64) for name in COLUMN_NAMES}
        data = {}
        for name in COLUMN_NAMES:
            column = getattr(columns, name)
            data[name] = self._buffers[name][:count]
            data[name][: len(rows)] = column[rows]
            data[name][len(rows) :] = column[begin:end]
        return Columns(
            model=columns.model, codes=columns.codes, processes=columns.processes, table=columns.table, **data
        )


def cuts(columns: Columns, window: int) -> Iterator[int]:
    """Yield the ends of windows of about *window* rows: everything before has returned before the rest began.

    The last is the end of all.
    """
    count = len(columns)
    starts = range(0, count, window)
    least = [int(columns.invoked[at : at + window].min()) for at in starts]
    later = np.minimum.accumulate(np.array([*least, OPEN])[::-1])[::-1].tolist()
    most, before = int(NOTHING), 0
    for number, at in enumerate(starts):
        end = min(at + window, count)
        # A quiescent point near the end is as good as any, and sooner found.
        for begin in (max(at, end - _NEAR), at):
            most_before = max(most, _latest(columns.returned[at:begin]))
            found = _quiet(columns, begin, end, most_before, later[number + 1])
            if found > before:
                yield found
                before = found
                break
        most = max(most, _latest(columns.returned[at:end]))
    yield count


def _latest(returned: Column) -> int:
    """Return when the last of those that *returned* had."""
    most = int(returned.max(initial=NOTHING))
    return most if most != OPEN else int(returned[returned != OPEN].max(initial=NOTHING))


def _quiet(columns: Columns, begin: int, end: int, most: int, later: int) -> int:
    """Return the last row after *begin* and up to *end* before which all had returned; 0 if there is none.

    What stands before *begin* had returned by *most*, and what stands from *end* on began at *later*.
    """
    returned = columns.returned[begin:end]
    ended = np.maximum(np.maximum.accumulate(np.where(returned == OPEN, NOTHING, returned)), most)
    rest = np.append(columns.invoked[begin + 1 : end], later)
    quiet = np.flatnonzero(ended < np.minimum.accumulate(rest[::-1])[::-1])
    if end == len(columns):
        quiet = quiet[quiet < end - begin - 1]  # The end of all is no cut.
    return begin + int(quiet[-1]) + 1 if len(quiet) else 0
