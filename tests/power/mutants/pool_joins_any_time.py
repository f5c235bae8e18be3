"""Pool: join of a pool that runs returns at once.

Breaks: it raises ValueError (POOL-JOIN-ORDER).
The mistake: what makes no sense is passed over.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def join(self):
        if self._state != pool.RUN:
            super().join()


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
