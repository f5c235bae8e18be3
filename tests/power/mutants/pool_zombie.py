"""Pool: join of a closed pool waits for the first worker, and does not reap it.

Breaks: after join no worker process is left, not even as a zombie (POOL-JOIN-REAPS).
The mistake: waiting for the sentinel where the process was to be joined.  Under forkserver
nothing comes of it: the workers are children of the server, which reaps them.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def join(self):
        if self._state != pool.CLOSE:
            super().join()
            return
        for handler in (self._worker_handler, self._task_handler, self._result_handler):
            handler.join()
        first, *others = self._pool
        connection.wait([first.sentinel])
        for worker in others:
            worker.join()


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
