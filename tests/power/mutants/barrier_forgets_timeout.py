"""Barrier: its own timeout is not used.

Breaks: the timeout that a barrier is made with is that of each wait (BARRIER-DEFAULT).
The mistake: the parameter is kept, and never looked at.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def wait(self, timeout=None):
        self._timeout = None
        return super().wait(timeout)


get_context = with_barrier(_Barrier)
