"""Pool: apply_async returns a handle of its own class.

Breaks: it returns an instance of AsyncResult (POOL-RESULT-CLASS).
The mistake: a handle with more methods is around the result, and is no subclass.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Handle:
    def __init__(self, result):
        self._result = result

    def __getattr__(self, name):
        return getattr(self._result, name)


class _Pool(pool.Pool):
    def apply_async(self, *args, **keywords):
        return _Handle(super().apply_async(*args, **keywords))


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
