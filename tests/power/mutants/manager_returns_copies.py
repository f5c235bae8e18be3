"""Manager: method_to_typeid is not looked at.

Breaks: a method with a type returns a proxy (MANAGER-METHOD-TYPES).
The mistake: an argument that is not passed on.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager whose methods return copies."""

    @classmethod
    def register(cls, typeid, *arguments, method_to_typeid=None, **keywords):
        super().register(typeid, *arguments, **keywords)


managers, get_context = broken(Manager)
