"""Manager: update of a shared dictionary writes one key after the other.

Breaks: update takes effect at one instant (PROXY-DICT-WHOLE).
The mistake: no lock around a loop.
A race: it takes another client that looks in between.
"""

import time
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Dict(dict):
    def update(self, other):
        for key, value in other.items():
            self[key] = value
            time.sleep(0.0005)


class Manager(real.SyncManager):
    """A manager with another dict."""


Manager.register("dict", _Dict, real.DictProxy)


managers, get_context = broken(Manager)
