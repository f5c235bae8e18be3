"""Barrier: abort wakes nobody.

Breaks: abort makes those who wait raise BrokenBarrierError (BARRIER-ABORT).
The mistake: the state is set, and the notify forgotten: a wait looks at it only when it is woken.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def abort(self):
        with self._cond:
            self._state = -2


get_context = with_barrier(_Barrier)
