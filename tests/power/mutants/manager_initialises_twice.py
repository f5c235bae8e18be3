"""Manager: the initializer is called in the server twice.

Breaks: it is called once (MANAGER-INITIALIZER).
The mistake: once by start, and once by the server.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class Manager(real.SyncManager):
    """A manager that initialises its server twice."""

    @classmethod
    def _run_server(cls, registry, address, authkey, serializer, writer, initializer=None, initargs=()):
        if initializer is not None:
            initializer(*initargs)
        super()._run_server(registry, address, authkey, serializer, writer, initializer, initargs)


managers, get_context = broken(Manager)
