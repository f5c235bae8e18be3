"""Barrier: when all who waited have gone, a barrier that was broken is whole again.

Breaks: the calls of a barrier have an order that explains them (BARRIER-ORDER).
The mistake: the last to leave sets the state back, whatever it is.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def _exit(self):
        if self._count == 0 and self._state in (-2, -1, 1):
            self._state = 0
            self._cond.notify_all()


get_context = with_barrier(_Barrier)
