"""Lock: who has found it taken, is counted as waiting only a moment later.

Breaks: whoever waits for a lock that is given back gets it (LOCK-WAKES).
The mistake: looking at the lock and joining those who wait are two steps; a release in between wakes
nobody.  A race, of some instructions.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    """A flag and a count of waiters under a guard; and a semaphore on which the waiters sleep."""

    def __init__(self, real):
        super().__init__(real.Lock())
        self._wake = real.Semaphore(0)
        self._held = real.RawValue("b", 0)
        self._waiters = real.RawValue("l", 0)

    def acquire(self, block=True, timeout=None):
        while True:
            with self._real:
                if not self._held.value:
                    self._held.value = 1
                    return True
            if not block or (timeout is not None and timeout <= 0):
                return False
            with self._real:
                self._waiters.value += 1
            if not self._wake.acquire(True, timeout):
                with self._real:
                    self._waiters.value -= 1
                return False

    def release(self):
        with self._real:
            if not self._held.value:
                raise ValueError("not locked")
            self._held.value = 0
            if self._waiters.value:
                self._waiters.value -= 1
                self._wake.release()


def get_context(method=None):
    """Return the context of *method*, whose locks lose wake-ups."""
    return Context(method, Lock=_Lock)
