"""Manager: the server goes on until its manager is garbage-collected.

Breaks: after shutdown calls raise (MANAGER-REFUSES).
The mistake: shutdown only notes that it was asked for.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager that ends with its object only."""

    def start(self, *arguments, **keywords):
        super().start(*arguments, **keywords)
        self._finalize = self.shutdown
        self.shutdown = _nothing


def _nothing():
    pass


managers, get_context = broken(Manager)
