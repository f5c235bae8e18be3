"""Barrier: a reset keeps those who wait.

Breaks: a reset makes those who wait raise BrokenBarrierError (BARRIER-RESET-TELLS).
The mistake: only a broken barrier is thought to need a reset.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def reset(self):
        if self.broken:
            super().reset()


get_context = with_barrier(_Barrier)
