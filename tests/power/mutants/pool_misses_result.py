"""Pool: a result that comes just when somebody begins to wait for it is missed, and waited for in vain.

Breaks: every operation on a pool that must end, ends (POOL-PROGRESS).
The mistake: the event is cleared between the question whether the result is there and the wait.
A race of two threads: it takes a result that comes while the pool is told that somebody waits.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Result(pool.ApplyResult):
    def wait(self, timeout=None):
        if not self.ready():
            self._cache.notifier.put(None)
            self._event.clear()
            super().wait(timeout)


class _Pool(pool.Pool):
    def apply_async(self, *args, **keywords):
        result = super().apply_async(*args, **keywords)
        result.__class__ = _Result
        return result


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
