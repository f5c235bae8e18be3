"""Lock, RLock and semaphores: one guard for all of them protects the work of acquire and release.

Breaks: a process that dies leaves those alone that it never used (LOCK-DEATH).
The mistake: a guard of the module instead of the object: who dies with it stops everybody.
"""

import time
from multiprocessing import Lock as _PlainLock
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Semaphore
from mutants.support import Context

_guard = _PlainLock()


class _Guarded(Semaphore):
    def acquire(self, block=True, timeout=None):
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            with _guard:
                if self._real.acquire(False):
                    return True
            if not block or (until is not None and time.monotonic() >= until):
                return False
            time.sleep(0.0005)

    def release(self):
        with _guard:
            self._real.release()


def _guarded(name):
    return lambda real, *value, **named: _Guarded(getattr(real, name)(*value, **named))


def get_context(method=None):
    """Return the context of *method*, whose locks have one guard."""
    names = ("Lock", "RLock", "Semaphore", "BoundedSemaphore")
    return Context(method, **{name: _guarded(name) for name in names})
