"""Pool: the iterators take all of their iterable before anything is done.

Breaks: imap gives first results while its iterable has more to give (POOL-LAZY).
The mistake: the length of the iterable is wanted, for the number of results.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def imap(self, func, iterable, chunksize=1):
        return super().imap(func, list(iterable), chunksize)

    def imap_unordered(self, func, iterable, chunksize=1):
        return super().imap_unordered(func, list(iterable), chunksize)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
