"""Pool: the exception of a task comes back without its cause.

Breaks: the cause tells the traceback in the worker (POOL-EXCEPTION-CAUSE).
The mistake: tracebacks were thought to be too long to travel.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def map(self, func, iterable, chunksize=None):
        try:
            return super().map(func, iterable, chunksize)
        except Exception as error:
            error.__cause__ = None
            raise


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
