"""Barrier: the numbers begin with one.

Breaks: the waits of one generation return each number from 0 on once (BARRIER-INDICES).
The mistake: the number is that of the arrival, as people count.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def wait(self, timeout=None):
        return super().wait(timeout) + 1


get_context = with_barrier(_Barrier)
