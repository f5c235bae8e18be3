"""Barrier: one of three or more is not woken.

Breaks: when as many processes wait as there are parties, all of them go on (BARRIER-RELEASES).
The mistake: the one that came last is counted among those who have to be woken.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def _release(self):
        if self._action:
            self._action()
        self._state = 1
        self._cond.notify(max(1, self._parties - 2))


get_context = with_barrier(_Barrier)
