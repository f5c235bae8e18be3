"""Manager: once in 30 times, a shared Queue gives the second item before the first.

Breaks: it is first in, first out (PROXY-QUEUE).
The mistake: two threads of the server serve the queue.
"""

import queue
import random
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Queue(queue.Queue):
    def _get(self):
        if len(self.queue) > 1 and random.random() < 1 / 30:
            first = self.queue.popleft()
            second = self.queue.popleft()
            self.queue.appendleft(first)
            return second
        return super()._get()


class Manager(real.SyncManager):
    """A manager with another Queue."""


Manager.register("Queue", _Queue, real.AutoProxy)


managers, get_context = broken(Manager)
