"""Manager: a value that was fetched from a dictionary is fetched no more until it is assigned.

Breaks: changing a fetched value changes nothing (PROXY-COPY).
The mistake: a cache of values that can be changed.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Proxy(real.DictProxy):
    def __getitem__(self, key):
        cache = self.__dict__.setdefault("_cache", {})
        if key not in cache:
            cache[key] = super().__getitem__(key)
        return cache[key]

    def __setitem__(self, key, value):
        self.__dict__.setdefault("_cache", {}).pop(key, None)
        super().__setitem__(key, value)


class Manager(real.SyncManager):
    """A manager with another dict."""


Manager.register("dict", dict, _Proxy)


managers, get_context = broken(Manager)
