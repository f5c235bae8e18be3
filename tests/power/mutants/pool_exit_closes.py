"""Pool: the end of a with statement closes the pool, and does not terminate it.

Breaks: leaving terminates the pool (POOL-CONTEXT).
The mistake: it does what the end of a with statement does for an executor.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def __exit__(self, *error):
        self.close()


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
