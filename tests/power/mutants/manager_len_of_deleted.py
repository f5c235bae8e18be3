"""Manager: the length of a shared dictionary never goes down.

Breaks: len counts the keys that there are (PROXY-DICT-WHOLE).
The mistake: a counter beside the dictionary that deletion forgets.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Dict(dict):
    _most = 0

    def __len__(self):
        self._most = max(self._most, super().__len__())
        return self._most


class Manager(real.SyncManager):
    """A manager with another dict."""


Manager.register("dict", _Dict, real.DictProxy)


managers, get_context = broken(Manager)
