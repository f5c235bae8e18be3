"""Pool: an iterable that raises is taken to be at its end.

Breaks: what an iterable raises reaches the caller (POOL-ITERABLE).
The mistake: the thread that feeds the tasks must not die, and so it catches everything.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


def _tamed(iterable):
    try:
        yield from iterable
    except Exception:  # noqa: BLE001 - whatever it is
        return


class _Pool(pool.Pool):
    def imap(self, func, iterable, chunksize=1):
        return super().imap(func, _tamed(iterable), chunksize)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
