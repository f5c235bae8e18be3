"""Pool: when a task fails, both callbacks are called with its exception.

Breaks: only the callback is called that fits the outcome (POOL-CALLBACK-EITHER).
The mistake: the callback is called whenever the task is over.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def apply_async(self, func, args=(), kwds={}, callback=None, error_callback=None):  # noqa: B006 - as its base
        def failed(error):
            callback(error)
            error_callback(error)

        both = callback and error_callback
        return super().apply_async(func, args, kwds, callback, failed if both else error_callback)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
