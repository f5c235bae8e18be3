"""Pool: for the first worker that retires come two.

Breaks: a pool of n has at most n worker processes at a time (POOL-SIZE).
The mistake: the worker that retires is counted as gone, and then once more.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def _repopulate_pool(self):
        super()._repopulate_pool()
        self._processes += 1


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
