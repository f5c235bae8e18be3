"""Manager: whatever is dropped, its server goes on until the program ends.

Breaks: the server ends when its manager is garbage-collected (MANAGER-DROPPED).
The mistake: a list of all managers, to end them at exit.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken

_all = []


class Manager(real.SyncManager):
    """A manager that is never garbage-collected."""

    def start(self, *arguments, **keywords):
        super().start(*arguments, **keywords)
        _all.append(self)


managers, get_context = broken(Manager)
