"""Lock: releasing it when it is not held does nothing.

Breaks: releasing a Lock that is not held raises ValueError (LOCK-UNLOCKED).
The mistake: an error that is swallowed because it does no harm.
"""

import contextlib
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Lock
from mutants.support import Context


class _Lock(Lock):
    def release(self):
        with contextlib.suppress(ValueError):
            super().release()


def get_context(method=None):
    """Return the context of *method*, whose locks can be released at any time."""
    return Context(method, Lock=lambda real: _Lock(real.Lock()))
