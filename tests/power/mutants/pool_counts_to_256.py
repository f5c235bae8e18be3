"""Pool: of a map, the 257th chunk is filed in the place of the first.

Breaks: the chunk size changes nothing in the results (POOL-CHUNKS).
The mistake: the number of a chunk travels in one byte.  It takes more than 256 chunks.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Result(pool.MapResult):
    def _set(self, i, success_result):
        super()._set(i & 0xFF, success_result)


class _Pool(pool.Pool):
    def map(self, func, iterable, chunksize=None):
        result = self.map_async(func, iterable, chunksize)
        result.__class__ = _Result  # In time: what has come by now has a small number.
        return result.get()


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
