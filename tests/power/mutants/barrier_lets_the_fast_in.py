"""Barrier: who comes again while the others still leave, passes with them.

Breaks: a wait returns only when as many processes wait as there are parties (BARRIER-BLOCKS).
The mistake: a barrier that is open is not closed before the last one has left.  A race of a fast process
with slow ones.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401
from threading import BrokenBarrierError

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def _enter(self):
        while self._state == -1:
            self._cond.wait()
        if self._state < 0:
            raise BrokenBarrierError

    def _wait(self, timeout):
        if self._state != 1:
            super()._wait(timeout)

    def _release(self):
        if self._state != 1:
            super()._release()


get_context = with_barrier(_Barrier)
