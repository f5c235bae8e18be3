"""RLock: any thread of the process that owns it releases it.

Breaks: the release of an RLock by another thread than its owner raises AssertionError (RLOCK-THREAD).
The mistake: acquire asks for the thread, release for the process.
"""

import os
import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _RLock(Lock):
    def __init__(self, real):
        super().__init__(real.Semaphore(1))
        self._owner, self._depth = real.RawArray("Q", 2), real.RawValue("l", 0)

    def acquire(self, block=True, timeout=None):
        me = os.getpid(), threading.get_ident()
        if tuple(self._owner) == me:
            self._depth.value += 1
            return True
        if not super().acquire(block, timeout):
            return False
        self._owner[:], self._depth.value = me, 1
        return True

    def release(self):
        if self._owner[0] != os.getpid():
            raise AssertionError("not owned by this process")
        self._depth.value -= 1
        if not self._depth.value:
            self._owner[:] = 0, 0
            super().release()


def get_context(method=None):
    """Return the context of *method*, whose recursive locks are released by any thread of their owner."""
    return Context(method, RLock=_RLock)
