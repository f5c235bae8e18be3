"""Manager: the string of a proxy tells of the proxy.

Breaks: it is the representation of what it refers to (PROXY-STR).
The mistake: __str__ is left to object.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Proxy(real.ListProxy):
    def __str__(self):
        return repr(self)


class Manager(real.SyncManager):
    """A manager with another list."""


Manager.register("list", list, _Proxy)


managers, get_context = broken(Manager)
