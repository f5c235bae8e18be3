"""Manager: proxies of lists are compared by value.

Breaks: a proxy is not equal to a value (PROXY-EQUALITY).
The mistake: a convenience.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Proxy(real.ListProxy):
    def __eq__(self, other):
        return self._getvalue() == (other._getvalue() if isinstance(other, _Proxy) else other)

    __hash__ = object.__hash__


class Manager(real.SyncManager):
    """A manager with another list."""


Manager.register("list", list, _Proxy)


managers, get_context = broken(Manager)
