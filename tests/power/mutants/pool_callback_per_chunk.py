"""Pool: the callback of map_async is called once for each chunk.

Breaks: the callback of a call is called exactly once, with the result (POOL-CALLBACK).
The mistake: the callback is called where a chunk comes in, not where the last one does.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def map_async(self, func, iterable, chunksize=None, callback=None, error_callback=None):
        elements = list(iterable)
        size = chunksize or max(1, -(-len(elements) // (4 * self._processes)))
        chunks = -(-len(elements) // size)

        def often(value):
            for _ in range(chunks):
                callback(value)

        return super().map_async(func, elements, size, callback and often, error_callback)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
