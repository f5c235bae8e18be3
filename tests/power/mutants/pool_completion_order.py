"""Pool: map hands out the last chunk first, as if it had come back first.

Breaks: map returns the results in the order of its iterable (POOL-MAP).
The mistake: chunks are filed as they arrive; here the last one always wins the race.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def map(self, func, iterable, chunksize=None):
        results = super().map(func, iterable, chunksize)
        last = len(results) % chunksize or chunksize if chunksize else 0
        return [*results[len(results) - last :], *results[: len(results) - last]]


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
