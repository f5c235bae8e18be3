"""Pool: who waits for the next result of imap is woken by any, and takes that for the end of his time.

Breaks: no exception comes that the documentation does not name for the situation (POOL-ERRORS).
The mistake: a condition that is waited for once, where it takes a loop.  A race: a later element must
come while an earlier one is waited for.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Results(pool.IMapIterator):
    def _set(self, i, obj):
        super()._set(i, obj)
        with self._cond:
            self._cond.notify()


class _Pool(pool.Pool):
    def imap(self, func, iterable, chunksize=1):
        results = super().imap(func, iterable, chunksize)
        if chunksize == 1:
            results.__class__ = _Results
        return results


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
