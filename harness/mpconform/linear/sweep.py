"""Sweeps: how many there are at once, as calls come and go."""

import numpy as np

from mpconform.linear.columns import Column

__all__ = ("Possible",)


class Possible:
    """How many there can be at each instant: who comes at an instant, is there before others leave."""

    def __init__(self, coming: Column, leaving: Column) -> None:
        """Count up at each of *coming*, down at each of *leaving*."""
        times = np.concatenate([coming, leaving])
        changes = np.concatenate([np.ones(len(coming), np.int64), -np.ones(len(leaving), np.int64)])
        order = np.lexsort((-changes, times))
        self._counts, self._times = np.cumsum(changes[order]), times[order]

    def most(self, begin: int, end: int) -> int:
        """Return the most that there can be at any instant from *begin* to *end*."""
        first = np.searchsorted(self._times, begin, side="left")
        last = np.searchsorted(self._times, end, side="right")
        before = int(self._counts[first - 1]) if first else 0
        return max(before, int(self._counts[first:last].max(initial=before)))
