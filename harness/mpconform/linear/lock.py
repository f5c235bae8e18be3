"""Locks that are released by who acquired them: O(n log n), exact.

What is surely held at once by two is no lock.  Otherwise the holds have one order, and with it the earliest
and the latest instants of each; a try that failed must meet one of them.
"""

import numpy as np

from mpconform.linear.columns import OPEN, Column, Columns, Judged

__all__ = ("CODES", "judge")

#: Acquired it; released it; tried, and did not get it.
CODES = ("acquire", "release", "failed")


def judge(columns: Columns) -> Judged:
    """Return whether some order explains *columns*; each process releases what it acquired."""
    holds = _Holds(columns)
    return holds.unpaired() or holds.together() or holds.impossible() or holds.refused() or Judged(legal=True)


class _Holds:
    """Every hold, from an acquire to the release after it by the same process, in order of acquisition."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        acquires, releases = columns.of("acquire"), columns.of("release")
        self.waiting = acquires[columns.returned[acquires] == OPEN]
        acquires = acquires[columns.returned[acquires] != OPEN]
        rows = np.concatenate([acquires, releases])
        order = rows[np.lexsort((columns.invoked[rows], columns.process[rows]))]
        is_acquire = np.isin(order, acquires, assume_unique=True)
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
        told = "a lock was released by a process that had not acquired it; judge it as a semaphore of 1"
        return Judged(legal=None, kind="released-by-another", witness=(int(self.strange[0]),), story=told)

    def together(self) -> Judged | None:
        """Find two that surely held it at once."""
        sure = np.flatnonzero(self.got < self.let_go)
        over = np.flatnonzero(self.got[sure[1:]] < np.maximum.accumulate(self.let_go[sure])[:-1])
        if not len(over):
            return None
        second = int(sure[over[0] + 1])
        first = int(sure[int(np.argmax(self.let_go[sure[: over[0] + 1]]))])
        told = "the second had acquired the lock before the first began to release it"
        return self._of(first, second, "held-by-two", told)

    def _of(self, first: int, second: int, kind: str, told: str) -> Judged:
        rows = (self.acquires[first], self.releases[first], self.acquires[second], self.releases[second])
        return Judged(legal=False, kind=kind, witness=tuple(int(row) for row in rows if row >= 0), story=told)

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
        told = "the lock was acquired before the one that had it began to release it"
        return self._of(int(np.argmax(before)), second, "held-by-two", told)

    def refused(self) -> Judged | None:
        """Find a try that failed although nobody can have held the lock at any instant of it."""
        tries = self.columns.of("failed")
        begins, ends = self._earliest(), self._latest()
        if len(self.waiting):
            # One who never returned may have got it at last, and kept it.
            last = int(np.maximum(begins[-1], self.let_go[-1])) if len(begins) else 0
            begins = np.append(begins, max(last, int(self.columns.invoked[self.waiting].min())))
            ends = np.append(ends, OPEN)
        at = np.searchsorted(begins, self.columns.returned[tries], side="right") - 1
        reach = np.maximum.accumulate(ends) if len(ends) else ends
        met = (at >= 0) & (reach[np.maximum(at, 0)] >= self.columns.invoked[tries]) if len(ends) else at >= 0
        wrong = np.flatnonzero(~met)
        if not len(wrong):
            return None
        told = "the lock was refused, although nobody can have held it at any instant of the call"
        return Judged(legal=False, kind="refused-though-free", witness=(int(tries[wrong[0]]),), story=told)
