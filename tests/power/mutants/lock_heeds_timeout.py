"""Lock and RLock: a timeout is waited for, also with block=False.

Breaks: acquire with block=False does not wait, whatever its timeout (LOCK-NOWAIT).
The mistake: whether to block is asked only if there is no timeout.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    def acquire(self, block=True, timeout=None):
        return super().acquire(block or timeout is not None, timeout)


def get_context(method=None):
    """Return the context of *method*, whose locks heed every timeout."""
    return Context(method, Lock=lambda real: _Lock(real.Lock()), RLock=lambda real: _Lock(real.RLock()))
