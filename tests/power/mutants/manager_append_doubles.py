"""Manager: of two clients that append at once, one appends twice.

Breaks: each append appends once (PROXY-LIST).
The mistake: a call that finds another one under way is sent again.
A race.
"""

import time
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _List(list):
    _busy = 0

    def append(self, value):
        self._busy += 1
        time.sleep(0.0002)
        super().append(value)
        if self._busy > 1:
            super().append(value)
        self._busy -= 1


class Manager(real.SyncManager):
    """A manager with another list."""


Manager.register("list", _List, real.ListProxy)


managers, get_context = broken(Manager)
