"""Semaphore: a release wakes somebody only if there was nothing left before.

Breaks: of those who wait, as many go on as it is released (SEM-WAKES).
The mistake: nobody waits if there is something left; but who was woken may not have come yet.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Semaphore(Lock):
    """A counter under a guard; and a semaphore on which those sleep who found it at zero."""

    def __init__(self, real, value=1):
        super().__init__(real.Lock())
        self._wake = real.Semaphore(0)
        self._left = real.RawValue("l", value)

    def acquire(self, block=True, timeout=None):
        while True:
            with self._real:
                if self._left.value:
                    self._left.value -= 1
                    return True
            if not block or (timeout is not None and timeout <= 0) or not self._wake.acquire(True, timeout):
                return False

    def release(self):
        with self._real:
            self._left.value += 1
            if self._left.value == 1:
                self._wake.release()

    def get_value(self):
        with self._real:
            return self._left.value


def get_context(method=None):
    """Return the context of *method*, whose semaphores wake too few."""
    return Context(method, Semaphore=_Semaphore)
