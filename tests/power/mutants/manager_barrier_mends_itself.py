"""Manager: a Barrier is whole again as soon as the wait whose time was over has said so.

Breaks: a wait at a manager's Barrier whose time is over breaks it (PROXY-BARRIER-TIMEOUT).
The mistake: who has caught the error tidies up, as if nobody else were to hear of it.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Barrier(threading.Barrier):
    def wait(self, timeout=None):
        try:
            return super().wait(timeout)
        except threading.BrokenBarrierError:
            if timeout is not None:
                self.reset()
            raise


class Manager(real.SyncManager):
    """A manager with another Barrier."""


Manager.register("Barrier", _Barrier, real.BarrierProxy)
managers, get_context = broken(Manager)
