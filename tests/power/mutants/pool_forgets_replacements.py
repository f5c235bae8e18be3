"""Pool: terminate ends those workers with which the pool began.

Breaks: a pool of which a worker was killed is terminated, and no worker is left (POOL-KILL-TERMINATE).
The mistake: the list of workers is copied when the pool is made, and replacements are not in it.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context

_first = {}


class _Pool(pool.Pool):
    def __init__(self, *args, **keywords):
        super().__init__(*args, **keywords)
        _first[id(self._pool)] = list(self._pool)

    @classmethod
    def _terminate_pool(cls, taskqueue, inqueue, outqueue, workers, *rest):
        known = _first.get(id(workers), workers)
        workers[:] = [worker for worker in workers if worker in known]
        super()._terminate_pool(taskqueue, inqueue, outqueue, workers, *rest)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
