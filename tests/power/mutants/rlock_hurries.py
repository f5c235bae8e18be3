"""RLock: if somebody waits for it, the first release of its owner gives it back for good.

Breaks: an RLock is free to others only when its owner released it as often as acquired (RLOCK-LEVELS).
The mistake: a release that is to be fair to those who wait forgets that there are levels.  It takes
contention in the middle of a nested hold.
"""

import os
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _RLock(Lock):
    def __init__(self, real):
        super().__init__(real.Lock())
        self._guard = real.Lock()
        self._waiters = real.RawValue("l", 0)
        self._pid = self._depth = self._owed = 0

    def acquire(self, block=True, timeout=None):
        if self._pid == os.getpid() and self._depth:
            self._depth += 1
            return True
        with self._guard:
            self._waiters.value += 1
        got = super().acquire(block, timeout)
        with self._guard:
            self._waiters.value -= 1
        if got:
            self._pid, self._depth, self._owed = os.getpid(), 1, 0
        return got

    def release(self):
        if self._pid == os.getpid() and self._owed and not self._depth:
            self._owed -= 1  # It was given back already.
            return
        if self._pid != os.getpid() or not self._depth:
            raise AssertionError("not owned by this process")
        self._depth -= 1
        if self._depth and self._waiters.value:
            self._depth, self._owed = 0, self._depth
        if not self._depth:
            super().release()


def get_context(method=None):
    """Return the context of *method*, whose recursive locks hurry."""
    return Context(method, RLock=_RLock)
