"""Pool: the initializer gets only the first of its arguments.

Breaks: each worker calls the initializer with its arguments (POOL-INITIALIZER).
The mistake: initargs are taken to be the one argument that nearly everybody gives.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def __init__(self, processes=None, initializer=None, initargs=(), *rest, **keywords):
        super().__init__(processes, initializer, initargs[:1], *rest, **keywords)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
