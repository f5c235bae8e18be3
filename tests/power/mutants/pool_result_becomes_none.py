"""Pool: a result that cannot be pickled becomes None.

Breaks: a task whose result cannot be pickled fails with an exception (POOL-UNPICKLABLE).
The mistake: the worker has to send something, and sends what is surely picklable.
"""

import pickle
from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Quietly:
    def __init__(self, func):
        self._func = func

    def __call__(self, *args):
        try:
            found = self._func(*args)
            pickle.dumps(found)
        except (AttributeError, pickle.PicklingError, ValueError):
            return None
        return found


class _Pool(pool.Pool):
    def apply_async(self, func, args=(), kwds={}, callback=None, error_callback=None):  # noqa: B006 - as its base
        return super().apply_async(_Quietly(func), args, kwds, callback, error_callback)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
