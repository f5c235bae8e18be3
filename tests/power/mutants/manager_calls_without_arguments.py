"""Manager: _callmethod returns None for what raises ValueError.

Breaks: it raises what the method raises (PROXY-CALLMETHOD).
The mistake: an error of a value is taken for a value that is none.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Proxy(real.ListProxy):
    def _callmethod(self, methodname, args=(), kwds={}):  # noqa: B006
        try:
            return super()._callmethod(methodname, args, kwds)
        except ValueError:
            return None


class Manager(real.SyncManager):
    """A manager with another list."""


Manager.register("list", list, _Proxy)


managers, get_context = broken(Manager)
