"""Manager: a Barrier gives all the number 0.

Breaks: each gets a number of its own (PROXY-BARRIER).
The mistake: the result is not passed on.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Proxy(real.BarrierProxy):
    def wait(self, timeout=None):
        super().wait(timeout)
        return 0


class Manager(real.SyncManager):
    """A manager with another Barrier."""


Manager.register("Barrier", threading.Barrier, _Proxy)


managers, get_context = broken(Manager)
