"""Pool: a worker executes one task more than maxtasksperchild before it is replaced.

Breaks: a worker executes at most maxtasksperchild tasks (POOL-MAXTASKS).
The mistake: counting from zero, and comparing with ``<=``.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def __init__(self, processes=None, initializer=None, initargs=(), maxtasksperchild=None, context=None):
        limit = None if maxtasksperchild is None else maxtasksperchild + 1
        super().__init__(processes, initializer, initargs, limit, context)


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
