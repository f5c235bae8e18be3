"""Lock: a negative timeout is an error.

Breaks: a negative timeout is equivalent to zero (LOCK-NEGATIVE).
The mistake: as threading's locks do it.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    def acquire(self, block=True, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError("timeout value must be a non-negative number")
        return super().acquire(block, timeout)


def get_context(method=None):
    """Return the context of *method*, whose locks refuse negative timeouts."""
    return Context(method, Lock=lambda real: _Lock(real.Lock()))
