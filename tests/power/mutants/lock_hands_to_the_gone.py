"""Lock: a release hands it to one of those who wait, and waits until that one says that it has it.

Breaks: every release ends (LOCK-PROGRESS).
The mistake: who gives up waiting does not say so; a release hands the lock to somebody who is gone.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    """A flag and a count of waiters under a guard; a release hands the lock on without clearing the flag."""

    def __init__(self, real):
        super().__init__(real.Lock())
        self._handed, self._thanks = real.Semaphore(0), real.Semaphore(0)
        self._held = real.RawValue("b", 0)
        self._waiters = real.RawValue("l", 0)

    def acquire(self, block=True, timeout=None):
        with self._real:
            if not self._held.value:
                self._held.value = 1
                return True
            if not block or (timeout is not None and timeout <= 0):
                return False
            self._waiters.value += 1
        got = self._handed.acquire(True, timeout)
        if got:
            self._thanks.release()
        return got

    def release(self):
        with self._real:
            if not self._held.value:
                raise ValueError("not locked")
            if not self._waiters.value:
                self._held.value = 0
                return
            self._waiters.value -= 1
        self._handed.release()
        self._thanks.acquire()


def get_context(method=None):
    """Return the context of *method*, whose locks are handed to those who went."""
    return Context(method, Lock=_Lock)
