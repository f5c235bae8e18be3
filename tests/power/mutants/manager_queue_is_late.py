"""Manager: what is put into a shared Queue is there a moment later.

Breaks: what was put is there at once (PROXY-QUEUE).
The mistake: a thread that feeds, as the other Queue has.
"""

import queue
import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Queue(queue.Queue):
    def put(self, item, block=True, timeout=None):
        if self.maxsize or not block:
            super().put(item, block, timeout)
        else:
            threading.Timer(0.001, super().put, (item,)).start()

    def put_nowait(self, item):
        threading.Timer(0.001, self.put, (item,), {"timeout": 1}).start()


class Manager(real.SyncManager):
    """A manager with another Queue."""


Manager.register("Queue", _Queue, real.AutoProxy)


managers, get_context = broken(Manager)
