"""Manager: references from within other objects do not count.

Breaks: an object is kept while a proxy within another refers to it (PROXY-KEPT).
The mistake: only those of clients were thought of.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Server(real.Server):
    def decref(self, c, ident):
        self.id_to_local_proxy_obj.pop(ident, None)
        super().decref(c, ident)


class Manager(real.SyncManager):
    """A manager with another server."""

    _Server = _Server


managers, get_context = broken(Manager)
