"""Semaphore: a timeout is taken for milliseconds.

Breaks: acquire with a timeout returns False no earlier than that (SEM-TIMEOUT).
The mistake: a function of the system that counts in another unit.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Semaphore
from mutants.support import Context


class _Semaphore(Semaphore):
    def acquire(self, block=True, timeout=None):
        return super().acquire(block, None if timeout is None else timeout / 1000)


def get_context(method=None):
    """Return the context of *method*, whose semaphores count milliseconds."""
    return Context(method, Semaphore=lambda real, value=1: _Semaphore(real.Semaphore(value)))
