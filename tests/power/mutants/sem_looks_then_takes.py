"""Semaphore: whether there is one left, is looked at before one is taken.

Breaks: a Semaphore admits no more than its value (SEM-ADMISSION).
The mistake: looking and taking are two steps.  A race: two must ask for the last one at once.
"""

import time
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.support import Context


class _Semaphore:
    def __init__(self, real, value=1):
        self._guard = real.Lock()
        self._left = real.RawValue("l", value)

    def acquire(self, block=True, timeout=None):
        until = None if timeout is None else time.monotonic() + timeout
        while self._left.value <= 0:
            if not block or (until is not None and time.monotonic() >= until):
                return False
            time.sleep(0.0005)
        with self._guard:
            self._left.value -= 1
        return True

    def release(self):
        with self._guard:
            self._left.value += 1

    def get_value(self):
        return max(0, self._left.value)

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *error):
        self.release()


def get_context(method=None):
    """Return the context of *method*, whose semaphores are looked at first."""
    return Context(method, Semaphore=_Semaphore)
