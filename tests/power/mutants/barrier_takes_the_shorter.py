"""Barrier: of the given timeout and its own, it takes the shorter.

Breaks: a wait with a timeout breaks the barrier not before its time is over (BARRIER-TIMEOUT).
The mistake: the timeout of the barrier is taken for a limit.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def wait(self, timeout=None):
        if timeout is not None and self._timeout is not None:
            timeout = min(timeout, self._timeout)
        return super().wait(timeout)


get_context = with_barrier(_Barrier)
