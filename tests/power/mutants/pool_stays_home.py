"""Pool: a map of one element is computed in the process that uses the pool.

Breaks: tasks never run in the process that uses the pool (POOL-ELSEWHERE).
The mistake: a shortcut that saves the way there and back.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def map(self, func, iterable, chunksize=None):
        elements = list(iterable)
        if len(elements) != 1:
            return super().map(func, elements, chunksize)
        self._check_running()
        return [func(elements[0])]


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
