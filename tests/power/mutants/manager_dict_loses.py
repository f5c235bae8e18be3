"""Manager: one assignment of 500 to a shared dictionary is lost.

Breaks: what one client sets, the others find (PROXY-DICT).
The mistake: a batch of updates that is swapped out while it is written.
"""

import random
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Dict(dict):
    def __setitem__(self, key, value):
        if random.random() > 1 / 500:
            super().__setitem__(key, value)


class Manager(real.SyncManager):
    """A manager with another dict."""


Manager.register("dict", _Dict, real.DictProxy)


managers, get_context = broken(Manager)
