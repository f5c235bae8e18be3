"""Pool: next of imap returns None when its timeout has passed.

Breaks: next(timeout) raises multiprocessing.TimeoutError (POOL-IMAP-TIMEOUT).
The mistake: the manners of dict.get, where None is a result like any other.
"""

import multiprocessing
from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Results(pool.IMapIterator):
    def next(self, timeout=None):
        try:
            return super().next(timeout)
        except multiprocessing.TimeoutError:
            return None


class _Pool(pool.Pool):
    def imap(self, func, iterable, chunksize=1):
        results = super().imap(func, iterable, chunksize)
        if chunksize == 1:
            results.__class__ = _Results
        return results


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
