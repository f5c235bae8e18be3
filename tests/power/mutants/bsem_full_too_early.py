"""BoundedSemaphore: of more than one, it is full when one is still taken.

Breaks: a BoundedSemaphore can be released as long as something of it is taken (BSEM-RELEASE).
The mistake: a comparison that is off by one.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Semaphore
from mutants.support import Context


class _Semaphore(Semaphore):
    def __init__(self, real, value=1):
        super().__init__(real.BoundedSemaphore(value))
        self._most = value

    def release(self):
        if self.get_value() >= max(1, self._most - 1):
            raise ValueError("released too often")
        super().release()


def get_context(method=None):
    """Return the context of *method*, whose bounded semaphores are full too early."""
    return Context(method, BoundedSemaphore=_Semaphore)
