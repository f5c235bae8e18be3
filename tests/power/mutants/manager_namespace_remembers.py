"""Manager: for a millisecond, the proxy of a Namespace shows what it last saw.

Breaks: an attribute that another process set is seen (PROXY-NAMESPACE).
The mistake: a cache in front of the server.
A race: it takes another client just then.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real
from time import monotonic_ns

from mutants.manager_support import broken


class _Proxy(real.NamespaceProxy):
    def __getattr__(self, key):
        if key[0] == "_":
            return super().__getattr__(key)
        seen = self.__dict__.setdefault("_seen", {})
        if key not in seen or monotonic_ns() > seen[key][1]:
            seen[key] = (super().__getattr__(key), monotonic_ns() + 1_000_000)
        return seen[key][0]


class Manager(real.SyncManager):
    """A manager with another Namespace."""


Manager.register("Namespace", real.Namespace, _Proxy)


managers, get_context = broken(Manager)
