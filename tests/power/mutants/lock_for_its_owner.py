"""Lock: only the process that acquired it can release it.

Breaks: a Lock can be released by any process (LOCK-ANYONE).
The mistake: what holds for recursive locks is taken over for all.
"""

import os
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    def __init__(self, real):
        super().__init__(real.Lock())
        self._owner = real.RawValue("l", 0)

    def acquire(self, block=True, timeout=None):
        got = super().acquire(block, timeout)
        if got:
            self._owner.value = os.getpid()
        return got

    def release(self):
        if self._owner.value != os.getpid():
            raise ValueError("not the owner of this lock")
        super().release()


def get_context(method=None):
    """Return the context of *method*, whose locks have owners."""
    return Context(method, Lock=_Lock)
