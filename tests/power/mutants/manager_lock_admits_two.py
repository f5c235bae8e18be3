"""Manager: who waits for a Lock for two milliseconds, gets it.

Breaks: a Lock admits one at a time (PROXY-LOCK).
The mistake: the lock of a client that was not heard of for long is taken for abandoned.
A race: it takes contention.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Lock:
    def __init__(self):
        self._lock = threading.Lock()

    def acquire(self, blocking=True, timeout=-1):
        if not blocking or timeout >= 0:
            return self._lock.acquire(blocking, timeout)
        self._lock.acquire(timeout=0.002)
        return True

    def release(self):
        if self._lock.locked():
            self._lock.release()


class Manager(real.SyncManager):
    """A manager with another Lock."""


Manager.register("Lock", _Lock, real.AcquirerProxy)


managers, get_context = broken(Manager)
