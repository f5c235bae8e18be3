"""Pool: a pool that is collected while it runs says nothing.

Breaks: a running pool that is garbage-collected emits ResourceWarning (POOL-COLLECTED).
The mistake: the finalizer ends the workers, and so there seemed to be nothing to warn of.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def __del__(self):
        pass


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
