"""Manager: who saw an Event set, takes it for set ever after.

Breaks: an Event that was cleared is not set (PROXY-EVENT).
The mistake: a round trip is saved.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Proxy(real.EventProxy):
    _seen = False

    def is_set(self):
        self._seen = self._seen or super().is_set()
        return self._seen


class Manager(real.SyncManager):
    """A manager with another Event."""


Manager.register("Event", threading.Event, _Proxy)


managers, get_context = broken(Manager)
