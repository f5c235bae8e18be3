"""Barrier: one wait of 300 breaks it.

Breaks: a wait raises BrokenBarrierError only if something broke the barrier (BARRIER-CAUSE).
The mistake: an interrupted call is taken for a timeout.
"""

import random
from multiprocessing import get_all_start_methods, synchronize  # noqa: F401
from threading import BrokenBarrierError

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def _wait(self, timeout):
        if random.random() < 1 / 300:
            self._break()
            raise BrokenBarrierError
        super()._wait(timeout)


get_context = with_barrier(_Barrier)
