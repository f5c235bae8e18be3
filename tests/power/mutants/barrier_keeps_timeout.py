"""Barrier: a timeout that is given to a wait is the barrier's from then on.

Breaks: a wait raises BrokenBarrierError only if something broke the barrier (BARRIER-CAUSE).
The mistake: the argument is stored where the default of the barrier stands.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def wait(self, timeout=None):
        if timeout is not None:
            self._timeout = timeout
        return super().wait(timeout)


get_context = with_barrier(_Barrier)
