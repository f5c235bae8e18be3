"""Manager: the representation of a proxy is that of what it refers to.

Breaks: it tells of the proxy (PROXY-REPR).
The mistake: one method for both.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Proxy(real.DictProxy):
    def __repr__(self):
        return str(self)


class Manager(real.SyncManager):
    """A manager with another dict."""


Manager.register("dict", dict, _Proxy)


managers, get_context = broken(Manager)
