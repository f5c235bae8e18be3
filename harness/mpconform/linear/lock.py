"""Locks that are released by who acquired them: O(n log n), exact.

What is surely held at once by two is no lock.  Otherwise the holds have one order, and with it the earliest
and the latest instants of each; a try that failed must meet one of them.
"""

import numpy as np

from mpconform.linear.columns import OPEN, Column, Columns, Judged
from mpconform.linear.telling import Teller

__all__ = ("CODES", "Holds", "judge")

#: Acquired it; released it; tried, and did not get it.
CODES = ("acquire", "release", "failed")


def judge(columns: Columns) -> Judged:
    """Return whether some order explains *columns*; each process releases what it acquired."""
    return Holds(columns).judged()


def _by_process(columns: Columns) -> Column:
    """Return the rows that acquired or released the lock, process by process, each in its own order."""
    done = (columns.code == columns.codes.index("acquire")) & (columns.returned != OPEN)
    rows = np.flatnonzero(done | (columns.code == columns.codes.index("release")))
    rows = rows[np.argsort(columns.invoked[rows], kind="stable")]
    process = columns.process[rows]
    if len(rows) and int(process.min()) >= 0 and int(process.max()) <= np.iinfo(np.uint16).max:
        process = process.astype(np.uint16)  # Such small numbers are sorted in linear time.
    return rows[np.argsort(process, kind="stable")]


class Holds:
    """Every hold, from an acquire to the release after it by the same process, in order of acquisition."""

    def __init__(self, columns: Columns) -> None:
        """Find the holds of *columns*."""
        self.columns = columns
        self._tell = Teller(columns)
        acquires = columns.of("acquire")
        self.waiting = acquires[columns.returned[acquires] == OPEN]
        order = _by_process(columns)
        is_acquire = columns.code[order] == columns.codes.index("acquire")
        same = columns.process[order[1:]] == columns.process[order[:-1]]
        paired = same & is_acquire[:-1] & ~is_acquire[1:]
        starts = np.flatnonzero(is_acquire)
        self.strange = self._strange(order, is_acquire, paired)
        follows = np.append(paired, False)[starts]
        begun, ended = order[starts], np.where(follows, order[np.minimum(starts + 1, len(order) - 1)], -1)
        by_return = np.argsort(columns.returned[begun], kind="stable")
        self.acquires, self.releases = begun[by_return], ended[by_return]
        self.from_, self.got = columns.invoked[self.acquires], columns.returned[self.acquires]
        held = self.releases >= 0
        self.let_go = np.where(held, columns.invoked[self.releases], OPEN)
        self.free = np.where(held, columns.returned[self.releases], OPEN)

    def judged(self) -> Judged:
        """Return whether some order explains it all."""
        return self.unpaired() or self.together() or self.impossible() or self.refused() or Judged(legal=True)

    def carried(self) -> Column:
        """Return the rows, if it is legal, on which what comes after a quiescent point may depend.

        That are who holds the lock, or perhaps does; the acquires that never returned; and the first try
        whose failure only one of these explains, because whoever got it so, has kept it.
        """
        rows = [self.waiting, self.excused()[:1]]
        if len(self.acquires) and int(self.free[-1]) == OPEN:
            last = np.array([self.acquires[-1], self.releases[-1]])
            rows.append(last[last >= 0])
        return np.unique(np.concatenate(rows))

    @staticmethod
    def _strange(
        order: Column, is_acquire: "np.ndarray[tuple[int], np.dtype[np.bool_]]", paired: Column
    ) -> Column:
        """Return the releases of what the same process did not hold, and the acquires of what it held."""
        lonely = np.flatnonzero(~is_acquire & ~np.concatenate([[False], paired]))
        return order[lonely]

    def unpaired(self) -> Judged | None:
        """Refuse a release by who does not hold it: then this judge cannot say anything."""
        if not len(self.strange):
            return None
        row, tell = int(self.strange[0]), self._tell
        told = (
            f"{tell.who(row)} released the lock {tell.span(row)}, and had not acquired it; judge it as a "
            "semaphore of 1"
        )
        return Judged(legal=None, kind="released-by-another", witness=(row,), story=told)

    def together(self) -> Judged | None:
        """Find two that surely held it at once."""
        sure = np.flatnonzero(self.got < self.let_go)
        over = np.flatnonzero(self.got[sure[1:]] < np.maximum.accumulate(self.let_go[sure])[:-1])
        if not len(over):
            return None
        second = int(sure[over[0] + 1])
        first = int(sure[int(np.argmax(self.let_go[sure[: over[0] + 1]]))])
        return self._by_two(first, second)

    def _by_two(self, first: int, second: int) -> Judged:
        """Return that the hold *second* was surely begun before the hold *first* can have been over."""
        rows = (self.acquires[first], self.releases[first], self.acquires[second], self.releases[second])
        witness = tuple(int(row) for row in rows if row >= 0)
        tell, (one, release, other) = self._tell, (int(row) for row in rows[:3])
        until = f"began to release it only at {tell.began(release)}" if release >= 0 else "never released it"
        told = (
            f"{tell.who(one)} had acquired the lock {tell.span(one)} and {until}; yet {tell.who(other)} "
            f"acquired it {tell.span(other)}: two held the lock at once"
        )
        return Judged(legal=False, kind="held-by-two", witness=witness, story=told)

    def _earliest(self) -> Column:
        """Return the earliest instant of each acquisition: after it was begun, and the one before let go."""
        bounds = np.empty(2 * len(self.from_), dtype=np.int64)
        bounds[0::2], bounds[1::2] = self.from_, self.let_go
        return np.maximum.accumulate(bounds)[0::2]

    def _latest(self) -> Column:
        """Return the latest instant of each release: before it returned, and the next one was acquired."""
        bounds = np.empty(2 * len(self.got), dtype=np.int64)
        bounds[0::2], bounds[1::2] = self.got, self.free
        return np.minimum.accumulate(bounds[::-1])[::-1][1::2]

    def impossible(self) -> Judged | None:
        """Find an acquisition that had returned before the one before it can have let go."""
        wrong = np.flatnonzero(self._earliest() > self.got)
        if not len(wrong):
            return None
        second = int(wrong[0])
        before = np.maximum(self.let_go[:second], self.from_[:second])
        return self._by_two(int(np.argmax(before)), second)

    def refused(self) -> Judged | None:
        """Find a try that failed although nobody can have held the lock at any instant of it."""
        begins, ends = self._earliest(), self._latest()
        if len(self.waiting):
            # One who never returned may have got it at last, and kept it.
            last = int(np.maximum(begins[-1], self.let_go[-1])) if len(begins) else 0
            begins = np.append(begins, max(last, int(self.columns.invoked[self.waiting].min())))
            ends = np.append(ends, OPEN)
        tries = self.columns.of("failed")
        met = self._met(tries, begins, ends)
        wrong = np.flatnonzero(~met)
        if not len(wrong):
            return None
        row, tell = int(tries[wrong[0]]), self._tell
        told = (
            f"{tell.who(row)} was refused the lock {tell.span(row)}, although nobody can have held it at any "
            "instant of that call"
        )
        return Judged(legal=False, kind="refused-though-free", witness=(row,), story=told)

    def excused(self) -> Column:
        """Return the tries that only one who never returned, and got the lock, can explain; by return."""
        tries = self.columns.of("failed")
        if not len(self.waiting):
            return tries[:0]
        alone = tries[~self._met(tries, self._earliest(), self._latest())]
        return alone[np.argsort(self.columns.returned[alone], kind="stable")]

    def _met(
        self, tries: Column, begins: Column, ends: Column
    ) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Return for each of *tries* whether any of the holds from *begins* to *ends* can have met it."""
        at = np.searchsorted(begins, self.columns.returned[tries], side="right") - 1
        if not len(ends):
            return at >= 0
        reach = np.maximum.accumulate(ends)
        met: np.ndarray[tuple[int], np.dtype[np.bool_]] = (at >= 0) & (
            reach[np.maximum(at, 0)] >= self.columns.invoked[tries]
        )
        return met
