"""Manager: there is no Barrier.

Breaks: a manager makes objects of each documented type (MANAGER-TYPES).
The mistake: it was added to the library later.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager of an older time."""

    def Barrier(self, parties):  # noqa: N802
        raise AttributeError("Barrier")


managers, get_context = broken(Manager)
