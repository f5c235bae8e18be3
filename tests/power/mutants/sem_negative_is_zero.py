"""Semaphore, BoundedSemaphore: one of a negative value is made as one of zero.

Breaks: a semaphore cannot be made with a negative initial value (SEM-NEGATIVE).
The mistake: a value that is made to fit instead of being refused.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.support import Context


def get_context(method=None):
    """Return the context of *method*, whose semaphores take negative values."""
    return Context(
        method,
        Semaphore=lambda real, value=1: real.Semaphore(max(0, value)),
        BoundedSemaphore=lambda real, value=1: real.BoundedSemaphore(max(0, value)),
    )
