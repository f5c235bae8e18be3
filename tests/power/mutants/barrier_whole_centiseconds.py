"""Barrier: a timeout is cut to hundredths of a second, less one.

Breaks: a wait breaks the barrier not before its time is over (BARRIER-TIMEOUT).
The mistake: the time is counted in ticks, and the tick that has begun is counted as a whole one.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def wait(self, timeout=None):
        if timeout is not None:
            timeout = max(0, int(timeout * 100) - 1) / 100
        return super().wait(timeout)


get_context = with_barrier(_Barrier)
