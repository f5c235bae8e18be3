"""Manager: to release a Lock that is free is no error.

Breaks: a release of a free lock raises (PROXY-LOCK).
The mistake: what is free already needs no release.
"""

import contextlib
import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Lock:
    def __init__(self):
        self._lock = threading.Lock()

    def acquire(self, blocking=True, timeout=-1):
        return self._lock.acquire(blocking, timeout)

    def release(self):
        with contextlib.suppress(RuntimeError):
            self._lock.release()


class Manager(real.SyncManager):
    """A manager with another Lock."""


Manager.register("Lock", _Lock, real.AcquirerProxy)


managers, get_context = broken(Manager)
