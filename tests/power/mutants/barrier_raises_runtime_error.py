"""Barrier: who is told that it is broken gets a RuntimeError.

Breaks: conditions, events and barriers raise only what is documented (SYNC-ERRORS).
The mistake: the class of the error is private to the module, and translated at its border.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401
from threading import BrokenBarrierError

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def wait(self, timeout=None):
        try:
            return super().wait(timeout)
        except BrokenBarrierError:
            raise RuntimeError("the barrier is broken") from None


get_context = with_barrier(_Barrier)
