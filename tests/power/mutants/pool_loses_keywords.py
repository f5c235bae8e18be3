"""Pool: apply calls its function without the keyword arguments.

Breaks: apply returns what the function returns for these arguments (POOL-APPLY).
The mistake: a call that was rewritten to take a tuple of arguments, and nothing else.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def apply(self, func, args=(), kwds=None):
        named = kwds or {}
        return super().apply(func, (*args, *(None for _ in named)))


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
