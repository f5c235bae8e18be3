"""Manager: whoever asks releases an RLock.

Breaks: it is released by its owner alone (PROXY-RLOCK).
The mistake: the owner is not looked at, for the server's threads own nothing.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _RLock:
    def __init__(self):
        self._lock, self._owner, self._depth = threading.Lock(), None, 0

    def acquire(self, blocking=True, timeout=-1):
        if self._owner == threading.get_ident() or self._lock.acquire(blocking, timeout):
            self._owner = threading.get_ident()
            self._depth += 1
            return True
        return False

    def release(self):
        self._depth -= 1
        if self._depth <= 0:
            self._depth, self._owner = 0, None
            if self._lock.locked():
                self._lock.release()


class Manager(real.SyncManager):
    """A manager with another RLock."""


Manager.register("RLock", _RLock, real.AcquirerProxy)


managers, get_context = broken(Manager)
