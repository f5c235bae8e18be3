"""Barrier: the number of a party is that of those who were there when it came to the door.

Breaks: the waits of one generation return each number once (BARRIER-INDICES).
The mistake: the number is read before the lock is had.  A race of two who come at once.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def wait(self, timeout=None):
        index = self._count
        super().wait(timeout)
        return min(index, self._parties - 1)


get_context = with_barrier(_Barrier)
