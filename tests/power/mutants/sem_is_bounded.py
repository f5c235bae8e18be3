"""Semaphore: it cannot be released above its initial value.

Breaks: a Semaphore can be released at any time (SEM-RELEASE).
The mistake: one class for both kinds.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.support import Context


def get_context(method=None):
    """Return the context of *method*, whose semaphores are all bounded."""
    return Context(method, Semaphore=lambda real, value=1: real.BoundedSemaphore(value))
