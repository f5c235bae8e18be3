"""Manager: the iterator of a shared Pool's imap begins at the end.

Breaks: imap yields in order (PROXY-POOL).
The mistake: a stack in place of a queue.
"""

from multiprocessing import connection, get_all_start_methods, pool, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Pool(pool.Pool):
    def imap(self, func, iterable, chunksize=1):
        return super().imap(func, list(iterable)[::-1], chunksize)


class Manager(real.SyncManager):
    """A manager with another Pool."""


Manager.register("Pool", _Pool, real.PoolProxy)


managers, get_context = broken(Manager)
