"""Manager: an object that is in flight is dropped once in 20 times.

Breaks: an object is kept while a proxy refers to it (PROXY-KEPT).
The mistake: the count is lowered before the next proxy has raised it.
"""

import random
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Server(real.Server):
    def decref(self, c, ident):
        if random.random() < 1 / 20:
            self.id_to_local_proxy_obj.pop(ident, None)
        super().decref(c, ident)


class Manager(real.SyncManager):
    """A manager with another server."""

    _Server = _Server


managers, get_context = broken(Manager)
