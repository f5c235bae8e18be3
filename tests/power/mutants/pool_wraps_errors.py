"""Pool: the error callback is given a wrapper, and not the exception that the task raised.

Breaks: the error callback is called with the exception instance (POOL-ERROR-CALLBACK).
The mistake: the record of a remote failure is handed on as it came over the wire.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _RemoteError(Exception):
    pass


class _Pool(pool.Pool):
    def apply_async(self, func, args=(), kwds={}, callback=None, error_callback=None):  # noqa: B006 - as its base
        def wrapping(error):
            error_callback(_RemoteError(repr(error)))

        return super().apply_async(func, args, kwds, callback, error_callback and wrapping)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
