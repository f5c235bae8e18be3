"""Manager: a Barrier waits for all but one of its parties.

Breaks: nobody goes on before all wait (PROXY-BARRIER).
The mistake: who calls is counted twice.
"""

import threading
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


def _barrier(parties):
    return _Barrier(max(1, parties - 1), parties)


class _Barrier(threading.Barrier):
    def __init__(self, needed, parties):
        super().__init__(needed)
        self._told = parties

    @property
    def parties(self):
        return self._told

    def wait(self, timeout=None):
        return 0 if timeout is None and self.n_waiting + 1 > self._parties else self._waited(timeout)

    def _waited(self, timeout):
        return super().wait(0.2 if timeout is None else timeout) if self._parties > 1 else 0


class Manager(real.SyncManager):
    """A manager with another Barrier."""


Manager.register("Barrier", _barrier, real.BarrierProxy)


managers, get_context = broken(Manager)
