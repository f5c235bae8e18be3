"""RLock: it works between threads only; every process has one of its own.

Breaks: what several processes do to shared data under one RLock is whole (RLOCK-DATA).
The mistake: the lock travels as a new one.
"""

import os
import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.support import Context


class _RLock:
    def __init__(self):
        self._own, self._pid, self._depth = threading.RLock(), os.getpid(), 0

    def __reduce__(self):
        return _RLock, ()

    def _mine(self):
        if os.getpid() != self._pid:
            self._own, self._pid, self._depth = threading.RLock(), os.getpid(), 0
        return self._own

    def acquire(self, block=True, timeout=None):
        self._mine().acquire()
        self._depth += 1
        return True

    def release(self):
        own = self._mine()
        if not self._depth:
            raise AssertionError("not owned by this thread")
        self._depth -= 1
        own.release()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *error):
        self.release()


def get_context(method=None):
    """Return the context of *method*, whose recursive locks are private."""
    return Context(method, RLock=lambda _real: _RLock())
