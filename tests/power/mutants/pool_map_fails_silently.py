"""Pool: map_async and starmap_async do not pass their error callback on.

Breaks: the error callback of a call that fails is called exactly once (POOL-ERROR-CALLBACK).
The mistake: one of two keywords is forgotten in one of several methods.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def map_async(self, func, iterable, chunksize=None, callback=None, error_callback=None):
        return super().map_async(func, iterable, chunksize, callback)

    def starmap_async(self, func, iterable, chunksize=None, callback=None, error_callback=None):
        return super().starmap_async(func, iterable, chunksize, callback)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
