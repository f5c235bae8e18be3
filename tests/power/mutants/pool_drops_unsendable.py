"""Pool: a task that cannot be sent is dropped, and counts as done.

Breaks: a task whose argument cannot be pickled fails with an exception (POOL-UNPICKLABLE).
The mistake: the thread that sends tasks goes on after an error, and tells nobody.
"""

import pickle
from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def apply_async(self, func, args=(), kwds=None, callback=None, error_callback=None):
        try:
            pickle.dumps(args)
        except Exception:  # noqa: BLE001  # whatever pickling raises
            return super().apply_async(int, callback=callback, error_callback=error_callback)
        return super().apply_async(func, args, kwds or {}, callback, error_callback)


def get_context(method=None):
    """Return the context of *method*, whose pools drop what cannot be sent."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
