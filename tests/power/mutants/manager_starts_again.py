"""Managers: a manager can be started again.

Breaks: it is started once (MANAGER-ONCE).
The mistake: start begins with forgetting the server that there was.
"""

from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    def start(self, initializer=None, initargs=()):
        self._state = real.State()
        self._state.value = real.State.INITIAL
        super().start(initializer, initargs)


managers, get_context = broken(Manager)
