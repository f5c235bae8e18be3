"""Pool: a worker that takes the place of another does not call the initializer.

Breaks: each worker, a replacement too, calls the initializer (POOL-INITIALIZER).
The mistake: the thread that replaces workers was not given the initializer.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def _repopulate_pool(self):
        super()._repopulate_pool()
        self._initializer = None


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
