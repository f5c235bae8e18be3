"""Value: acquire raises when the holder of the lock is dead.

Breaks: acquire with a timeout returns True or False, and raises nothing (VALUE-KILL-LOCK).
The mistake: what a robust mutex of the system tells is handed on as it is.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import errno
import os
from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401
from pathlib import Path

from mutants.support import Context


class _Lock:
    def __init__(self, real, holder):
        self._real, self._holder = real, holder

    def acquire(self, block=True, timeout=None):
        if self._real.acquire(block, timeout):
            self._holder.value = os.getpid()
            return True
        if not Path(f"/proc/{self._holder.value}").exists():
            raise OSError(errno.EOWNERDEAD, os.strerror(errno.EOWNERDEAD))
        return False

    def release(self):
        self._real.release()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *error):
        self.release()


def _value(real, typecode, *arguments, lock=True):
    if lock is True:
        lock = _Lock(real.RLock(), real.RawValue("i", 0))
    return real.Value(typecode, *arguments, lock=lock)


def get_context(method=None):
    """Return the context of *method*, whose locks tell of death."""
    return Context(method, Value=_value)
