"""Lock: whether it is held, is looked at before it is released.

Breaks: of several releases at once, one is accepted for each acquire (LOCK-AT-ONCE).
The mistake: looking and releasing are two steps, as in the standard library, only farther apart.  A race.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    def release(self):
        if self._real.get_value() > 0:
            raise ValueError("not locked")
        self._real.release()


def get_context(method=None):
    """Return the context of *method*, whose locks are looked at first."""
    return Context(method, Lock=lambda real: _Lock(real.Semaphore(1)))
