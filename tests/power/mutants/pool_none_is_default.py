"""Pool: a pool of no workers, or of fewer, has as many as there are cores.

Breaks: a pool of fewer than one worker cannot be made (POOL-SIZE-ERROR).
The mistake: zero and -1 stand for "all there are", as they do elsewhere.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def __init__(self, processes=None, *args, **keywords):
        if processes is not None and processes < 1:
            processes = None
        super().__init__(processes, *args, **keywords)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
