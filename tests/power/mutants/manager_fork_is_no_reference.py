"""Manager: a proxy of a list or a dictionary that a forked child has inherited keeps nothing alive.

Breaks: an object is kept while a proxy refers to it, from whatever process (PROXY-KEPT).
The mistake: references are counted where proxies are made and unpickled, and a fork does neither.  It takes
fork, and a parent that lets go of its proxy before the child has done.
"""

import os
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _NotCountedByFork:
    _pid = None

    def _incref(self):
        if self._pid is None:
            self._pid = os.getpid()
        if self._pid == os.getpid():
            super()._incref()


class ListProxy(_NotCountedByFork, real.ListProxy):
    """A proxy that does not hear of forks."""


class DictProxy(_NotCountedByFork, real.DictProxy):
    """A proxy that does not hear of forks."""


class Manager(real.SyncManager):
    """A manager with other proxies."""


Manager.register("list", list, ListProxy)
Manager.register("dict", dict, DictProxy)


managers, get_context = broken(Manager)
