"""Lock: a flag in shared memory that is looked at, and then set.

Breaks: what several processes write under one lock does not mix (PROC-OUTPUT).
The mistake: testing and setting are two steps.  A race: two processes must look at once.
"""

import time
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import Context


class _Lock:
    def __init__(self, flag):
        self._flag = flag

    def acquire(self, block=True, timeout=None):
        while self._flag.value:
            if not block:
                return False
            time.sleep(0.0002)
        self._flag.value = 1
        return True

    def release(self):
        self._flag.value = 0

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *error):
        self.release()


def get_context(method=None):
    """Return the context of *method*, with the broken lock."""
    return Context(method, Lock=lambda real: _Lock(real.RawValue("b")))
