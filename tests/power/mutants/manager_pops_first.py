"""Manager: pop of a shared list takes the first element.

Breaks: pop without an index takes the last (PROXY-LIST).
The mistake: the default of a queue.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _List(list):
    def pop(self, index=0):
        return super().pop(index)


class Manager(real.SyncManager):
    """A manager with another list."""


Manager.register("list", _List, real.ListProxy)


managers, get_context = broken(Manager)
