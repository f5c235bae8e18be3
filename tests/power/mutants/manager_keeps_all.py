"""Manager: what was made is there for as long as the server.

Breaks: an object is deleted when no proxy refers to it (PROXY-FREED).
The mistake: counts are kept, and nobody looks at them.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Server(real.Server):
    def create(self, c, typeid, /, *args, **keywords):
        made = super().create(c, typeid, *args, **keywords)
        self.__dict__.setdefault("kept", []).append(self.id_to_obj[made[0]])
        return made


class Manager(real.SyncManager):
    """A manager with another server."""

    _Server = _Server


managers, get_context = broken(Manager)
