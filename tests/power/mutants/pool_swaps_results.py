"""Pool: now and then, two results of apply_async that are under way at once are exchanged.

Breaks: get delivers what the blocking form returns (POOL-ASYNC).
The mistake: numbers of results that are handed out again too early.  Here it takes 60 pairs
that are under way together.
"""

from itertools import count
from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context

_pairs = count(1)


class _Pool(pool.Pool):
    _before = None

    def apply_async(self, *args, **keywords):
        before, result = self._before, super().apply_async(*args, **keywords)
        self._before = result
        both = before is not None and not before.ready() and not result.ready()
        if both and next(_pairs) % 60 == 0:
            self._cache[before._job], self._cache[result._job] = result, before
            before._job, result._job = result._job, before._job
        return result


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
