"""Semaphore, BoundedSemaphore: acquire that is not to block fails if another is in it just then.

Breaks: acquire returns False only if the value was zero (SEM-HONEST).
The mistake: the guard of the counter is tried, too, and its answer taken for the counter's.  A race.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Semaphore
from mutants.support import Context


class _Semaphore(Semaphore):
    def __init__(self, real, guard):
        super().__init__(real)
        self._guard = guard

    def acquire(self, block=True, timeout=None):
        if block:
            return super().acquire(block, timeout)
        if not self._guard.acquire(False):
            return False
        try:
            return super().acquire(False)
        finally:
            self._guard.release()


def get_context(method=None):
    """Return the context of *method*, whose semaphores are empty when busy."""
    return Context(
        method,
        Semaphore=lambda real, value=1: _Semaphore(real.Semaphore(value), real.Lock()),
        BoundedSemaphore=lambda real, value=1: _Semaphore(real.BoundedSemaphore(value), real.Lock()),
    )
