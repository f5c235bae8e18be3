"""Lock and RLock: a timeout is cut to whole seconds.

Breaks: acquire with a timeout returns False no earlier than that (LOCK-TIMEOUT).
The mistake: a structure with seconds and nanoseconds, of which only the seconds are filled in.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    def acquire(self, block=True, timeout=None):
        return super().acquire(block, None if timeout is None else int(timeout))


def get_context(method=None):
    """Return the context of *method*, whose locks count whole seconds."""
    return Context(method, Lock=lambda real: _Lock(real.Lock()), RLock=lambda real: _Lock(real.RLock()))
