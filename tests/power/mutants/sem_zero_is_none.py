"""Semaphore, BoundedSemaphore: a timeout of zero is taken for none.

Breaks: acquire with a timeout of zero does not wait (SEM-NOWAIT).
The mistake: ``if timeout`` for ``if timeout is not None``.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Semaphore
from mutants.support import Context


class _Semaphore(Semaphore):
    def acquire(self, block=True, timeout=None):
        return super().acquire(block, timeout or None)


def get_context(method=None):
    """Return the context of *method*, whose semaphores take zero for none."""
    return Context(
        method,
        Semaphore=lambda real, value=1: _Semaphore(real.Semaphore(value)),
        BoundedSemaphore=lambda real, value=1: _Semaphore(real.BoundedSemaphore(value)),
    )
