"""Manager: each client gets an object of its own.

Breaks: what several clients reach is the same object (MANAGER-SHARED).
The mistake: objects are copied, so that clients do not meet.
"""

import copy
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Server(real.Server):
    def create(self, c, typeid, /, *args, **keywords):
        kind, *rest = self.registry[typeid]
        if typeid.startswith("shared_"):
            self.registry = {**self.registry, typeid: (lambda name: copy.copy(kind(name)), *rest)}
        try:
            return super().create(c, typeid, *args, **keywords)
        finally:
            self.registry = {**self.registry, typeid: (kind, *rest)}


class Manager(real.SyncManager):
    """A manager with another server."""

    _Server = _Server


managers, get_context = broken(Manager)
