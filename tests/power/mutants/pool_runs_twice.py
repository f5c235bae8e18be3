"""Pool: a worker executes every second task of a map twice, and returns the second result.

Breaks: each task that is submitted is executed exactly once (POOL-ONCE).
The mistake: a retry that does not look whether the first try had succeeded.
"""

from functools import partial
from itertools import count
from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context

_calls = count(1)


def _again(func, task):
    if next(_calls) % 2 == 0:
        func(task)
    return func(task)


class _Pool(pool.Pool):
    def map(self, func, iterable, chunksize=None):
        return super().map(partial(_again, func), iterable, chunksize)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
