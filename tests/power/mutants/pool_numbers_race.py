"""Pool: of two tasks that two threads submit at the same moment, one may never have a result.

Breaks: each thread gets the results of its own tasks (POOL-THREADS).
The mistake: the number of a task is read, and then written back one higher, without a lock.
"""

import time
from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    _number = 0

    def apply_async(self, func, args=(), kwds={}, callback=None, error_callback=None):  # noqa: B006
        self._check_running()
        made = pool.ApplyResult(self, callback, error_callback)
        del self._cache[made._job]
        number = self._number
        time.sleep(0)  # Another thread may run now.
        self._number = number + 1
        made._job = -1 - number
        self._cache[made._job] = made
        self._taskqueue.put(([(made._job, 0, func, args, kwds)], None))
        return made


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
