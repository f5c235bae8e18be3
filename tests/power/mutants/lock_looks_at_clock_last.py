"""Lock and RLock: who gets the lock in the second half of its timeout is told that it did not.

Breaks: acquire returns False only if another had the lock (LOCK-HONEST): it now has it itself.
The mistake: after the wait the clock is asked, and not whether the lock was got.  A race: the lock must be
given back just before the time is over.
"""

import time
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    def acquire(self, block=True, timeout=None):
        began = time.monotonic()
        got = super().acquire(block, timeout)
        if not block or timeout is None or timeout <= 0:
            return got
        return got and time.monotonic() - began < timeout / 2


def get_context(method=None):
    """Return the context of *method*, whose locks look at the clock last."""
    return Context(method, Lock=lambda real: _Lock(real.Lock()), RLock=lambda real: _Lock(real.RLock()))
