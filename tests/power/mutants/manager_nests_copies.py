"""Manager: a shared list that is stored in another object is copied.

Breaks: what is fetched refers to the same object (PROXY-NESTED).
The mistake: what is pickled is the value, and not the proxy.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real
from multiprocessing.context import get_spawning_popen as spawning

from mutants.manager_support import broken


class _Proxy(real.ListProxy):
    def __reduce__(self):
        if spawning():
            return super().__reduce__()
        return list, (self._getvalue(),)


class Manager(real.SyncManager):
    """A manager with another list."""


Manager.register("list", list, _Proxy)


managers, get_context = broken(Manager)
