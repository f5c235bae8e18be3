"""Manager: acquire of a lock or a semaphore with a timeout of zero waits for ever.

Breaks: every call that has to end, ends (MANAGER-PROGRESS): one with a timeout of zero, too.
The mistake: ``if timeout`` in the proxy.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class AcquirerProxy(real.AcquirerProxy):
    """A proxy that has no use for a zero."""

    def acquire(self, blocking=True, timeout=None):
        return self._callmethod("acquire", (blocking, timeout) if timeout else (blocking,))


class Manager(real.SyncManager):
    """A manager with other locks."""


for _kind in ("Lock", "RLock", "Semaphore", "BoundedSemaphore"):
    Manager.register(_kind, getattr(threading, _kind), AcquirerProxy)


managers, get_context = broken(Manager)
