"""BoundedSemaphore: it has no bound.

Breaks: releasing a BoundedSemaphore above its initial value raises ValueError (BSEM-FULL).
The mistake: one class for both kinds.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.support import Context


def get_context(method=None):
    """Return the context of *method*, whose bounded semaphores are not."""
    return Context(method, BoundedSemaphore=lambda real, value=1: real.Semaphore(value))
