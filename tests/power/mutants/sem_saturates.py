"""Semaphore: a release above its initial value is lost.

Breaks: a Semaphore that is released above its initial value admits so many more (SEM-ABOVE).
The mistake: a bound that is kept silently.
"""

import contextlib
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Semaphore
from mutants.support import Context


class _Semaphore(Semaphore):
    def release(self):
        with contextlib.suppress(ValueError):
            super().release()


def get_context(method=None):
    """Return the context of *method*, whose semaphores lose what is too much."""
    return Context(method, Semaphore=lambda real, value=1: _Semaphore(real.BoundedSemaphore(value)))
