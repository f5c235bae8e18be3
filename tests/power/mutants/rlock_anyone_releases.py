"""RLock: whoever releases it, gives back a level.

Breaks: releasing an RLock that another process owns raises AssertionError (RLOCK-OWNER).
The mistake: who owns the lock is looked at when it is acquired only.
"""

import os
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
        if self._depth.value and self._owner.value == os.getpid():
            self._depth.value += 1
            return True
        if not super().acquire(block, timeout):
            return False
        self._owner.value, self._depth.value = os.getpid(), 1
        return True

    def release(self):
        if not self._depth.value:
            raise AssertionError("not owned")
        self._depth.value -= 1
        if not self._depth.value:
            super().release()


def get_context(method=None):
    """Return the context of *method*, whose recursive locks anyone releases."""
    return Context(method, RLock=_RLock)
