"""Pool: exceptions come back as their class called with their arguments.

Breaks: an exception comes back whole, with its attributes (POOL-EXCEPTION-WHOLE).
The mistake: an exception is taken to be its class and its arguments.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def apply(self, func, args=(), kwds={}):  # noqa: B006 - as its base
        try:
            return super().apply(func, args, kwds)
        except Exception as error:  # noqa: BLE001 - whatever it is
            raise type(error)(*error.args) from error.__cause__


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
