"""Pool: of several workers one is not started.

Breaks: all n workers of a pool of n are started (POOL-ALL-WORKERS).
The mistake: the process that makes the pool is counted among the workers.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def __init__(self, processes=None, *args, **keywords):
        if processes is not None and processes > 1:
            processes -= 1
        super().__init__(processes, *args, **keywords)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
