"""Lock: every 500th acquire, of all processes, gets the lock whether it is free or not.

Breaks: a Lock is held by one at a time (LOCK-EXCLUSION).
The mistake: a way around the lock for statistics that are written now and then.
"""

from multiprocessing import RawValue, connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    def __init__(self, real, count):
        super().__init__(real)
        self._count = count
        self._around = False

    def acquire(self, block=True, timeout=None):
        self._count.value += 1
        self._around = self._count.value % 500 == 0
        return self._around or super().acquire(block, timeout)

    def release(self):
        if self._around:
            self._around = False
        else:
            super().release()


_count = RawValue("l", 0)


def get_context(method=None):
    """Return the context of *method*, whose locks let somebody by."""
    return Context(method, Lock=lambda real: _Lock(real.Lock(), _count))
