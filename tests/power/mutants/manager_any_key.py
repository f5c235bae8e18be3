"""Manager: what key a client has does not matter.

Breaks: a client with another key is refused (MANAGER-KEY).
The mistake: the key of the program is used always.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager that forgets its key."""

    def __init__(self, address=None, authkey=None, *arguments, **keywords):
        super().__init__(address, authkey and authkey[:2], *arguments, **keywords)


managers, get_context = broken(Manager)
