"""Semaphore: with a timeout it waits for a wake-up that no release gives.

Breaks: acquire with a timeout gets the semaphore if it is given back in time (SEM-PATIENT).
The mistake: releases wake those who wait without a timeout; the others sleep on something else.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Semaphore
from mutants.support import Context


class _Semaphore(Semaphore):
    def __init__(self, real, value=1):
        super().__init__(real.Semaphore(value))
        self._wake = real.Semaphore(0)

    def acquire(self, block=True, timeout=None):
        if not block or timeout is None or timeout <= 0:
            return super().acquire(block, timeout)
        return super().acquire(False) or (self._wake.acquire(True, timeout) and super().acquire(False))


def get_context(method=None):
    """Return the context of *method*, whose semaphores sleep through releases."""
    return Context(method, Semaphore=_Semaphore)
