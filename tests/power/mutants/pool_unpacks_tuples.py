"""Pool: starmap unpacks tuples, and passes a list as one argument.

Breaks: starmap calls the function with each element unpacked (POOL-STARMAP).
The mistake: arguments are taken for a tuple, as those of apply always are.
"""

from functools import partial
from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


def _call(func, element):
    return func(*element) if isinstance(element, tuple) else func(element)


class _Pool(pool.Pool):
    def starmap(self, func, iterable, chunksize=None):
        return self.map(partial(_call, func), iterable, chunksize)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
