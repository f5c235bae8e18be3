"""RLock: its owner is a process, and so all of its threads.

Breaks: threads of one process have a lock one at a time (LOCK-THREADS).
The mistake: a lock between processes is thought to need no more than a process id.
"""

import os
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _RLock(Lock):
    def __init__(self, real):
        super().__init__(real.Semaphore(1))
        self._owner, self._depth = real.RawValue("l", 0), real.RawValue("l", 0)

    def acquire(self, block=True, timeout=None):
        if self._owner.value == os.getpid():
            self._depth.value += 1
            return True
        if not super().acquire(block, timeout):
            return False
        self._owner.value, self._depth.value = os.getpid(), 1
        return True

    def release(self):
        if self._owner.value != os.getpid():
            raise AssertionError("not owned by this process")
        self._depth.value -= 1
        if not self._depth.value:
            self._owner.value = 0
            super().release()


def get_context(method=None):
    """Return the context of *method*, whose recursive locks belong to processes."""
    return Context(method, RLock=_RLock)
