"""Pool: a pool of no given size has a worker more than there are processors.

Breaks: a pool of no given size has as many workers as processors (POOL-DEFAULT-SIZE).
The mistake: one is added for the process that waits.
"""

import os
from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def __init__(self, processes=None, *args, **keywords):
        super().__init__(processes or (os.cpu_count() or 1) + 1, *args, **keywords)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
