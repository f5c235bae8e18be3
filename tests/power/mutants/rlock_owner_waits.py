"""RLock: its owner, too, waits if it acquires it again with a timeout.

Breaks: the owner of an RLock acquires it again at once, in whatever way (RLOCK-REENTER).
The mistake: the way with a timeout was added later, and does not look who asks.
"""

import os
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _RLock(Lock):
    def __init__(self, real):
        super().__init__(real.Lock())
        self._pid = self._depth = 0

    def acquire(self, block=True, timeout=None):
        if timeout is None and self._pid == os.getpid() and self._depth:
            self._depth += 1
            return True
        got = super().acquire(block, timeout)
        if got:
            self._pid, self._depth = os.getpid(), 1
        return got

    def release(self):
        if self._pid != os.getpid() or not self._depth:
            raise AssertionError("not owned by this process")
        self._depth -= 1
        if not self._depth:
            super().release()


def get_context(method=None):
    """Return the context of *method*, whose recursive locks make their owners wait."""
    return Context(method, RLock=_RLock)
