"""Manager: a call to a server that is dead returns None.

Breaks: clients are told by an exception (MANAGER-DEATH).
The mistake: a lost connection is taken for an empty answer.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Proxy(real.DictProxy):
    def _callmethod(self, methodname, args=(), kwds={}):  # noqa: B006
        try:
            return super()._callmethod(methodname, args, kwds)
        except (EOFError, OSError):
            return None


class Manager(real.SyncManager):
    """A manager with another proxy."""


Manager.register("dict", dict, _Proxy)


managers, get_context = broken(Manager, DictProxy=_Proxy)
