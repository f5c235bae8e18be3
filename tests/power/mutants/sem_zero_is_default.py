"""Semaphore: one of zero is made as one of one.

Breaks: a semaphore can be taken as often as its initial value says (SEM-INITIAL).
The mistake: ``value or 1`` for a value that is not given.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.support import Context


def get_context(method=None):
    """Return the context of *method*, whose semaphores are never empty."""
    return Context(method, Semaphore=lambda real, value=None: real.Semaphore(value or 1))
