"""Semaphore, BoundedSemaphore: acquire without a timeout gives up after ten milliseconds.

Breaks: acquire without a timeout returns only True (SEM-ANSWER).
The mistake: a wait that is cut into pieces so that signals are noticed, with one piece only.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Semaphore
from mutants.support import Context


class _Semaphore(Semaphore):
    def acquire(self, block=True, timeout=None):
        return super().acquire(block, 0.01 if timeout is None else timeout)


def get_context(method=None):
    """Return the context of *method*, whose semaphores give up."""
    return Context(
        method,
        Semaphore=lambda real, value=1: _Semaphore(real.Semaphore(value)),
        BoundedSemaphore=lambda real, value=1: _Semaphore(real.BoundedSemaphore(value)),
    )
