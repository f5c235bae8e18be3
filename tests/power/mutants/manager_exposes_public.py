"""Manager: all public methods are exposed, whatever was asked for.

Breaks: a proxy has the methods that were exposed, and no others (MANAGER-EXPOSED).
The mistake: the default is used always.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager that exposes all."""

    @classmethod
    def register(cls, typeid, function=None, proxytype=None, exposed=None, **keywords):
        super().register(typeid, function, proxytype, **keywords)


managers, get_context = broken(Manager)
