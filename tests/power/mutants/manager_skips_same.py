"""Manager: to assign the object that was fetched last is taken for no change.

Breaks: a value that was changed and assigned again replaces the old one (PROXY-REASSIGN).
The mistake: sameness is taken for equality.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Proxy(real.DictProxy):
    _last = None

    def __getitem__(self, key):
        found = super().__getitem__(key)
        if isinstance(found, list):
            self.__dict__.setdefault("_fetched", []).append(found)
        return found

    def __setitem__(self, key, value):
        if not any(value is one for one in self.__dict__.get("_fetched", ())):
            super().__setitem__(key, value)


class Manager(real.SyncManager):
    """A manager with another dict."""


Manager.register("dict", dict, _Proxy)


managers, get_context = broken(Manager)
