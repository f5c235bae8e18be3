"""Barrier: a reset of a broken barrier does nothing.

Breaks: a barrier that was reset can be passed again (BARRIER-RESET-WORKS).
The mistake: only the state of those who wait is looked at.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def reset(self):
        if not self.broken:
            super().reset()


get_context = with_barrier(_Barrier)
