"""Pool: terminate lets the workers complete what was submitted, and join gives them a moment for it.

Breaks: after join no worker lives, and no outstanding task is completed (POOL-TERMINATE).
The mistake: a worker is not killed in the middle of a task, and one that hangs must not hold up the program.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context

_MOMENT_S = 0.1


class _Pool(pool.Pool):
    _ending = False

    def terminate(self):
        self._ending = True
        self.close()

    def join(self):
        if not self._ending:
            super().join()
            return
        for worker in list(self._pool):
            worker.join(_MOMENT_S)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
