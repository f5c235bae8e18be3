"""Managers: a manager's barrier stays broken after reset.

Breaks: reset makes it whole (PROXY-BARRIER-BREAK).
The mistake: reset aborts, so that who waits is told, and forgets the rest.
"""

import threading
from multiprocessing import managers as real

from mutants.manager_support import broken


class BarrierProxy(real.BarrierProxy):
    def reset(self):
        self.abort()


class Manager(real.SyncManager):
    pass


Manager.register("Barrier", threading.Barrier, BarrierProxy)


managers, get_context = broken(Manager)
