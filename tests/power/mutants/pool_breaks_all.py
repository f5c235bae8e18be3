"""Pool: when a worker of any pool has died, no pool accepts anything.

Breaks: a worker of one pool that is killed leaves every other pool as it was (POOL-KILL-APART).
The mistake: the flag that says that a pool is broken belongs to the class, and not to the pool.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import weakref
from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context

_pools = weakref.WeakSet()


class _Pool(pool.Pool):
    def __init__(self, *args, **keywords):
        super().__init__(*args, **keywords)
        self._first = list(self._pool)
        _pools.add(self)

    def _check_running(self):
        super()._check_running()
        died = [w for one in _pools if one is not self for w in one._first if w.exitcode]
        if any(one._state == "RUN" for one in _pools if one is not self) and died:
            raise RuntimeError("a worker died")


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
