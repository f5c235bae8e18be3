"""Pool: apply_async on a closed pool returns a result that will never come.

Breaks: after close every submission raises ValueError (POOL-CLOSED).
The mistake: the error is logged, and a result object returned as always.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Nothing:
    def ready(self):
        return False

    def get(self, timeout=None):
        return None


class _Pool(pool.Pool):
    def apply_async(self, *args, **keywords):
        try:
            return super().apply_async(*args, **keywords)
        except ValueError:
            return _Nothing()


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
