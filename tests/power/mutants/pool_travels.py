"""Pool: a pool can be pickled, and arrives as a stranger.

Breaks: a pool cannot be pickled (POOL-PICKLED).
The mistake: objects that hold a pool should be picklable, and so it becomes a stub.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def __reduce__(self):
        return object, ()


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
