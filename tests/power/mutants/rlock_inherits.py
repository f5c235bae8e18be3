"""RLock: how often its owner has taken it, is kept in the object, which a fork copies.

Breaks: a process that is started while its parent owns an RLock does not own it (RLOCK-INHERIT).
The mistake: what is said of the owner is not bound to its process.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _RLock(Lock):
    def __init__(self, real):
        super().__init__(real.Lock())
        self._depth = 0

    def acquire(self, block=True, timeout=None):
        if self._depth:
            self._depth += 1
            return True
        got = super().acquire(block, timeout)
        self._depth = int(got)
        return got

    def release(self):
        if not self._depth:
            raise AssertionError("not owned")
        self._depth -= 1
        if not self._depth:
            super().release()


def get_context(method=None):
    """Return the context of *method*, whose recursive locks are inherited."""
    return Context(method, RLock=_RLock)
