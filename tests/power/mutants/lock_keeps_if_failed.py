"""Lock, RLock and semaphores: a with statement that an exception leaves does not give back.

Breaks: a with statement gives the lock back however its block ends (LOCK-WITH).
The mistake: the release is the last line of a block, and not in its finally.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock, Semaphore
from mutants.support import Context


class _Lock(Lock):
    def __exit__(self, kind, *rest):
        if kind is None:
            self.release()


class _Semaphore(_Lock, Semaphore):
    pass


def _semaphore(name):
    return lambda real, *value, **named: _Semaphore(getattr(real, name)(*value, **named))


def get_context(method=None):
    """Return the context of *method*, whose with statements keep the lock if they fail."""
    return Context(
        method,
        Lock=lambda real: _Lock(real.Lock()),
        RLock=lambda real: _Lock(real.RLock()),
        Semaphore=_semaphore("Semaphore"),
        BoundedSemaphore=_semaphore("BoundedSemaphore"),
    )
