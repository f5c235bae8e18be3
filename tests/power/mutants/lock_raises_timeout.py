"""Lock: acquire raises TimeoutError when its time is over.

Breaks: locks raise nothing that the documentation does not name (LOCK-ERRORS).
The mistake: as other libraries do it.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    def acquire(self, block=True, timeout=None):
        got = super().acquire(block, timeout)
        if not got and block:
            raise TimeoutError("the lock was not given back in time")
        return got


def get_context(method=None):
    """Return the context of *method*, whose locks raise TimeoutError."""
    return Context(method, Lock=lambda real: _Lock(real.Lock()))
