"""Lock: every process gets a lock of its own, so that nobody waits for anybody.

Breaks: what several processes write under one lock does not mix (PROC-OUTPUT).
The mistake: a lock that travels by pickle as a new one.
"""

import threading
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import Context


class _Lock:
    def __init__(self):
        self._own = threading.Lock()

    def __reduce__(self):
        return _Lock, ()

    def acquire(self, *how):
        return self._own.acquire(*how)

    def release(self):
        self._own.release()

    def __enter__(self):
        return self._own.acquire()

    def __exit__(self, *error):
        self._own.release()


def get_context(method=None):
    """Return the context of *method*, with the broken lock."""
    return Context(method, Lock=lambda real: _Lock())
