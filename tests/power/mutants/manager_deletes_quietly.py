"""Manager: to delete an attribute of a Namespace that it does not have is no error.

Breaks: deletion raises AttributeError (PROXY-NAMESPACE).
The mistake: pop with a default in place of del.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Namespace(real.Namespace):
    def __delattr__(self, name):
        self.__dict__.pop(name, None)


class Manager(real.SyncManager):
    """A manager with another Namespace."""


Manager.register("Namespace", _Namespace, real.NamespaceProxy)


managers, get_context = broken(Manager)
