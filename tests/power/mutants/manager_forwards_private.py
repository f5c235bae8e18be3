"""Manager: the proxy of a Namespace forwards all attributes that it does not know itself.

Breaks: attributes that begin with an underscore are the proxy's own (PROXY-PRIVATE).
The mistake: only those that the class uses were thought of.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Proxy(real.NamespaceProxy):
    def __getattr__(self, key):
        if key == "_own":
            return object.__getattribute__(self, "_callmethod")("__getattribute__", (key,))
        return super().__getattr__(key)

    def __setattr__(self, key, value):
        if key == "_own":
            object.__getattribute__(self, "_callmethod")("__setattr__", (key, value))
        else:
            super().__setattr__(key, value)


class Manager(real.SyncManager):
    """A manager with another Namespace."""


Manager.register("Namespace", real.Namespace, _Proxy)


managers, get_context = broken(Manager)
