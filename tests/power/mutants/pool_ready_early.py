"""Pool: ready is true when the first chunk of a map has come.

Breaks: ready is False before the call has completed (POOL-READY).
The mistake: what is asked is whether there are results, not whether all of them are there.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Result(pool.MapResult):
    def ready(self):
        return super().ready() or (self._success and any(value is not None for value in self._value))


class _Pool(pool.Pool):
    def map_async(self, *args, **keywords):
        result = super().map_async(*args, **keywords)
        result.__class__ = _Result
        return result


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
