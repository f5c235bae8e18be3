"""Pool: get raises the built-in TimeoutError, which is another class than multiprocessing.TimeoutError.

Breaks: get with a timeout raises multiprocessing.TimeoutError (POOL-RESULT-TIMEOUT).
The mistake: two classes of one name.
"""

import multiprocessing
from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Result(pool.ApplyResult):
    def get(self, timeout=None):
        try:
            return super().get(timeout)
        except multiprocessing.TimeoutError:
            raise TimeoutError from None


class _Pool(pool.Pool):
    def apply_async(self, *args, **keywords):
        result = super().apply_async(*args, **keywords)
        result.__class__ = _Result
        return result


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
