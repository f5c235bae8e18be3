"""Manager: iterating over a dict proxy yields the values.

Breaks: it yields the keys (PROXY-ITERATION).
The mistake: what a caller wants was guessed.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Dict(dict):
    def __iter__(self):
        return iter(list(self.values()))


class Manager(real.SyncManager):
    """A manager with another dict."""


Manager.register("dict", _Dict, real.DictProxy)


managers, get_context = broken(Manager)
