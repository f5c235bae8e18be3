"""Lock: with a timeout it looks once, and then sleeps until the time is over.

Breaks: acquire with a timeout gets the lock if it is given back in time (LOCK-PATIENT).
The mistake: a loop that looks and sleeps, whose sleep is as long as the timeout.
"""

import time
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    def acquire(self, block=True, timeout=None):
        if not block or timeout is None or timeout <= 0:
            return super().acquire(block, timeout)
        if super().acquire(False):
            return True
        time.sleep(timeout)
        return False


def get_context(method=None):
    """Return the context of *method*, whose locks sleep through releases."""
    return Context(method, Lock=lambda real: _Lock(real.Lock()))
