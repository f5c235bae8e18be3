"""Lock, Semaphore: what protects their flags is one lock for all of them.

Breaks: a process that dies leaves those alone that it never used (LOCK-DEATH).
The mistake: a guard of the module instead of the object: who dies with it stops everybody.
"""

import time
from multiprocessing import Lock, connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.support import Context

_guard = Lock()


class _Lock:
    def __init__(self, real, value=1):
        self._left = real.RawValue("l", value)

    def acquire(self, block=True, timeout=None):
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            with _guard:
                left = self._left.value
                if left > 0:
                    self._left.value = left - 1
                    return True
            if not block or (until is not None and time.monotonic() >= until):
                return False
            time.sleep(0.0005)

    def release(self):
        with _guard:
            self._give()

    def _give(self):
        if self._left.value:
            raise ValueError("not locked")
        self._left.value = 1

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *error):
        self.release()


class _Semaphore(_Lock):
    def _give(self):
        self._left.value += 1

    def get_value(self):
        with _guard:
            return self._left.value


def get_context(method=None):
    """Return the context of *method*, whose locks have one guard."""
    return Context(method, Lock=_Lock, Semaphore=_Semaphore)
