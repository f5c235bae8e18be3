"""Manager: connect uses the key of the process, whatever key was given.

Breaks: connect attaches a manager with the server's key (MANAGER-CONNECT).
The mistake: children have the same key anyway.
"""

from multiprocessing import connection, get_all_start_methods, process, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager for children only."""

    def connect(self):
        process.current_process()
        self._authkey = process.current_process().authkey
        super().connect()


managers, get_context = broken(Manager)
