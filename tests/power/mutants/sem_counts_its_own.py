"""Semaphore, BoundedSemaphore: get_value counts the calls of its own process only.

Breaks: get_value says how often the semaphore can be taken (SEM-VALUE).
The mistake: a counter in the object, beside the one that is shared.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Semaphore
from mutants.support import Context


class _Semaphore(Semaphore):
    def __init__(self, real, value):
        super().__init__(real)
        self._count = value

    def acquire(self, block=True, timeout=None):
        got = super().acquire(block, timeout)
        self._count -= got
        return got

    def release(self):
        super().release()
        self._count += 1

    def get_value(self):
        return self._count


def get_context(method=None):
    """Return the context of *method*, whose semaphores count their own."""
    return Context(
        method,
        Semaphore=lambda real, value=1: _Semaphore(real.Semaphore(value), value),
        BoundedSemaphore=lambda real, value=1: _Semaphore(real.BoundedSemaphore(value), value),
    )
