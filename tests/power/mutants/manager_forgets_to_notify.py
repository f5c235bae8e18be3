"""Manager: the last task_done does not wake who joins a JoinableQueue.

Breaks: every call that has to end, ends (MANAGER-PROGRESS).
The mistake: the count is right, and nobody is told.
A race: it takes a join that waits.
"""

import queue
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Queue(queue.Queue):
    def task_done(self):
        with self.all_tasks_done:
            if self.unfinished_tasks <= 0:
                raise ValueError("task_done() called too many times")
            self.unfinished_tasks -= 1


class Manager(real.SyncManager):
    """A manager with another JoinableQueue."""


Manager.register("JoinableQueue", _Queue, real.AutoProxy)


managers, get_context = broken(Manager)
