"""Lock: acquire returns 1 or 0.

Breaks: acquire returns True or False (LOCK-ANSWER).
The mistake: the answer of a function in C is passed on.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    def acquire(self, block=True, timeout=None):
        return int(super().acquire(block, timeout))


def get_context(method=None):
    """Return the context of *method*, whose locks answer numbers."""
    return Context(method, Lock=lambda real: _Lock(real.Lock()))
