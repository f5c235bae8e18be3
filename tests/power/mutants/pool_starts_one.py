"""Pool: one worker is started; the others come when it retires, if it does.

Breaks: all n workers of a pool of n are started (POOL-ALL-WORKERS).
The mistake: a pool that is to grow with its work, and is looked after only when a worker has ended.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def _repopulate_pool(self):
        processes, self._processes = self._processes, 1
        super()._repopulate_pool()
        self._processes = processes


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
