"""BoundedSemaphore: whether it is full, is looked at before it is released.

Breaks: releases at once do not take it above its initial value (BSEM-AT-ONCE).
The mistake: looking and releasing are two steps, as in the standard library, only farther apart.  A race.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Semaphore
from mutants.support import Context


class _Semaphore(Semaphore):
    def __init__(self, real, value=1):
        super().__init__(real.Semaphore(value))
        self._most = value

    def release(self):
        if self.get_value() >= self._most:
            raise ValueError("released too often")
        super().release()


def get_context(method=None):
    """Return the context of *method*, whose bounded semaphores are looked at first."""
    return Context(method, BoundedSemaphore=_Semaphore)
