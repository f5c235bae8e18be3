"""RLock: releasing it without owning it does nothing.

Breaks: releasing an RLock that nobody owns raises AssertionError (RLOCK-UNOWNED).
The mistake: an assertion, which is gone when Python optimises.
"""

import contextlib
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _RLock(Lock):
    def release(self):
        with contextlib.suppress(AssertionError):
            super().release()


def get_context(method=None):
    """Return the context of *method*, whose recursive locks forgive."""
    return Context(method, RLock=lambda real: _RLock(real.RLock()))
