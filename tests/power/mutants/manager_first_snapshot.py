"""Manager: _getvalue of a list returns what it first returned.

Breaks: it is a copy of what is there (PROXY-GETVALUE).
The mistake: a cache that nothing empties.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Proxy(real.ListProxy):
    _kept = None

    def _getvalue(self):
        if self._kept is None:
            self._kept = super()._getvalue()
        return self._kept


class Manager(real.SyncManager):
    """A manager with another list."""


Manager.register("list", list, _Proxy)


managers, get_context = broken(Manager)
