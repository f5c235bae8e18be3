"""Pool: successful answers False, instead of raising ValueError, before the call has completed.

Breaks: successful raises ValueError while the call has not completed (POOL-SUCCESSFUL).
The mistake: the flag is read without asking whether it was set.
"""

from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Result(pool.ApplyResult):
    def successful(self):
        return getattr(self, "_success", False)


class _Pool(pool.Pool):
    def apply_async(self, *args, **keywords):
        result = super().apply_async(*args, **keywords)
        result.__class__ = _Result
        return result


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
