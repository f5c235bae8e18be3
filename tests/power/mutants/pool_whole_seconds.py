"""Pool: wait cuts its timeout to whole seconds.

Breaks: wait does not return before its timeout has passed (POOL-WAIT).
The mistake: a protocol in which times are whole numbers.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Result(pool.ApplyResult):
    def wait(self, timeout=None):
        super().wait(None if timeout is None else int(timeout))


class _Pool(pool.Pool):
    def apply_async(self, *args, **keywords):
        result = super().apply_async(*args, **keywords)
        result.__class__ = _Result
        return result


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
