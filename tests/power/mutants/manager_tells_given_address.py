"""Manager: the address is the one that it was made with, be it none.

Breaks: the address is one that was picked if none was asked for (MANAGER-ADDRESS).
The mistake: what the server told is not kept.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager that tells what it was told."""

    def __init__(self, address=None, *arguments, **keywords):
        super().__init__(address, *arguments, **keywords)
        self._told = address

    @property
    def address(self):
        return self._told


managers, get_context = broken(Manager)
