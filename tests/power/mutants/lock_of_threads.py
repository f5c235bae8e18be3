"""Lock: it works between threads only; every process has one of its own.

Breaks: what several processes do to shared data under one Lock is whole (LOCK-DATA).
The mistake: a lock of another module that has the same name.
"""

import os
import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


def _lock(_real):
    return Lock(_Plain())


class _Plain:
    """A lock of threads, called as the locks of processes are; in another process it is a new one."""

    def __init__(self):
        self._own, self._pid = threading.Lock(), os.getpid()

    def __reduce__(self):
        return _Plain, ()

    def _mine(self):
        if os.getpid() != self._pid:
            self._own, self._pid = threading.Lock(), os.getpid()
        return self._own

    def acquire(self, block=True, timeout=None):
        if not block or (timeout or 0) < 0:
            return self._mine().acquire(False)
        return self._mine().acquire(True, -1 if timeout is None else timeout)

    def release(self):
        if not self._mine().locked():
            raise ValueError("not locked")
        self._mine().release()


def get_context(method=None):
    """Return the context of *method*, whose locks are private."""
    return Context(method, Lock=_lock)
