"""Manager: join of a JoinableQueue returns when nothing is in it.

Breaks: join waits until all is done (PROXY-JOINABLE).
The mistake: what was taken is taken for done.
"""

import queue
import time
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Queue(queue.Queue):
    def join(self):
        while not self.empty():
            time.sleep(0.0005)


class Manager(real.SyncManager):
    """A manager with another JoinableQueue."""


Manager.register("JoinableQueue", _Queue, real.AutoProxy)


managers, get_context = broken(Manager)
