"""Pool: the result of a task whose worker has died is None.

Breaks: a task that was lost with its worker gives no result (POOL-KILL-RESULTS).
The mistake: what cannot come any more is set to the default, so that nobody waits for ever.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Result(pool.ApplyResult):
    def get(self, timeout=None):
        try:
            return super().get(timeout)
        except pool.TimeoutError:
            if any(worker.exitcode for worker in self._workers):
                return None
            raise


class _Pool(pool.Pool):
    def apply_async(self, *args, **keywords):
        workers = list(self._pool)
        result = super().apply_async(*args, **keywords)
        result.__class__, result._workers = _Result, workers
        return result


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
