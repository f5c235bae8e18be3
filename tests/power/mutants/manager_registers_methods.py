"""Manager: whatever is registered has a method.

Breaks: with create_method=False it has none (MANAGER-REGISTER).
The mistake: an argument that is not passed on.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager with a method for all."""

    @classmethod
    def register(cls, typeid, *arguments, create_method=True, **keywords):
        super().register(typeid, *arguments, **keywords)


managers, get_context = broken(Manager)
