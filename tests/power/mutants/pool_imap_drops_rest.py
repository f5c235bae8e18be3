"""Pool: imap with a chunk size loses the last chunk if it is shorter than the others.

Breaks: imap yields the result of each element (POOL-IMAP).
The mistake: chopping by ``zip(*[iterator] * chunksize)``, which wants whole chunks.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def imap(self, func, iterable, chunksize=1):
        elements = list(iterable)
        whole = len(elements) - len(elements) % chunksize
        return super().imap(func, elements[:whole], chunksize)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
