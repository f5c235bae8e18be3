"""Manager: a with statement binds None.

Breaks: it binds the manager (MANAGER-CONTEXT).
The mistake: a return was forgotten.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager that cannot be bound by with."""

    def __enter__(self):
        super().__enter__()


managers, get_context = broken(Manager)
