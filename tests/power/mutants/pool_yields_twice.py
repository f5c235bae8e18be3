"""Pool: imap_unordered yields one result in 200 twice.

Breaks: imap_unordered yields the result of every element exactly once (POOL-UNORDERED).
The mistake: a result that was not acknowledged in time is sent again, and nobody looks whether it
had come.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401
from random import randrange

from mutants.support import Context


class _Results:
    """The results of an iterator, some of them twice."""

    def __init__(self, results):
        self._results = results
        self._again = []

    def __iter__(self):
        return self

    def next(self, timeout=None):
        if self._again:
            return self._again.pop()
        result = self._results.next(timeout)
        if randrange(200) == 0:
            self._again.append(result)
        return result

    __next__ = next  # noqa: A003 - as its base


class _Pool(pool.Pool):
    def imap_unordered(self, func, iterable, chunksize=1):
        results = super().imap_unordered(func, iterable, chunksize)
        return _Results(results) if chunksize == 1 else results


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
