"""Pool: join of a closed pool returns at once; the workers end when they please.

Breaks: join returns only when all tasks have completed (POOL-CLOSE-COMPLETES).
The mistake: join looks at the state of the pool, and takes closed for finished.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def join(self):
        if self._state == pool.RUN:
            super().join()


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
