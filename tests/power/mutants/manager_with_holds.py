"""Managers: a with statement does not release a manager's lock.

Breaks: with acquires and releases (PROXY-WITH).
The mistake: the proxy ends with the block, and the lock was taken to end with it.
"""

import threading
from multiprocessing import managers as real

from mutants.manager_support import broken


class AcquirerProxy(real.AcquirerProxy):
    def __exit__(self, kind, error, trace):
        return None


class Manager(real.SyncManager):
    pass


Manager.register("Lock", threading.Lock, AcquirerProxy)


managers, get_context = broken(Manager)
