"""RLock: its owner is known by the number of its thread, which a forked process has, too.

Breaks: an RLock is held by one process at a time (RLOCK-EXCLUSION).
The mistake: a recursive lock of threads, put into shared memory.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _RLock(Lock):
    """A lock, its owner, and how often that has taken it; all of them shared."""

    def __init__(self, real):
        super().__init__(real.Lock())
        self._owner = real.RawValue("Q", 0)
        self._depth = real.RawValue("l", 0)

    def acquire(self, block=True, timeout=None):
        if self._depth.value and self._owner.value == threading.get_ident():
            self._depth.value += 1
            return True
        if not super().acquire(block, timeout):
            return False
        self._owner.value, self._depth.value = threading.get_ident(), 1
        return True

    def release(self):
        if not self._depth.value or self._owner.value != threading.get_ident():
            raise AssertionError("not owned by this thread")
        self._depth.value -= 1
        if not self._depth.value:
            super().release()


def get_context(method=None):
    """Return the context of *method*, whose recursive locks know threads only."""
    return Context(method, RLock=_RLock)
