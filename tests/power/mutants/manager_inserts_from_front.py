"""Manager: a negative index of insert counts from the front of a shared list.

Breaks: calls on a list proxy return what they then find (PROXY-LIST).
The mistake: an index is checked by its size, and the sign is lost.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _List(list):
    def insert(self, index, element):
        super().insert(abs(index), element)


class Manager(real.SyncManager):
    """A manager with another list."""


Manager.register("list", _List, real.ListProxy)


managers, get_context = broken(Manager)
