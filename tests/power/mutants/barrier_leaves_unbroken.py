"""Barrier: who gives up just goes away.

Breaks: a barrier that broke for one is broken for all (BARRIER-BROKEN-FOR-ALL).
The mistake: a timeout is thought to concern nobody else.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401
from threading import BrokenBarrierError

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def _wait(self, timeout):
        if not self._cond.wait_for(lambda: self._state != 0, timeout) or self._state < 0:
            raise BrokenBarrierError


get_context = with_barrier(_Barrier)
