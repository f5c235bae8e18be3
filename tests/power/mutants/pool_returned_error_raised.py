"""Pool: apply raises an exception that its task returned.

Breaks: an exception that a task returns is its result (POOL-EXCEPTION-RETURNED).
The mistake: errors are told from results by their class, as there is one channel for both.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def apply(self, func, args=(), kwds={}):  # noqa: B006
        got = super().apply(func, args, kwds)
        if isinstance(got, Exception):
            raise got
        return got


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
