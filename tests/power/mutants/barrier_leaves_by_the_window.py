"""Barrier: who is the last to leave does not tell those who wait at the door.

Breaks: every operation on a barrier that must end, ends (SYNC-PROGRESS).
The mistake: nobody is thought to wait before the barrier is empty.  A race of a fast process with slow ones.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def _exit(self):
        if self._count == 0 and self._state in (-1, 1):
            self._state = 0


get_context = with_barrier(_Barrier)
