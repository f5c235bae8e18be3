"""Pool: a callback that submits another task to its pool never returns.

Breaks: callbacks may submit to their own pool (POOL-THREADS); it shows as a hang (POOL-PROGRESS).
The mistake: callbacks are called under the lock that a submission takes, and the lock is not recursive.
"""

import threading
from multiprocessing import connection, get_all_start_methods, pool, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Pool(pool.Pool):
    def __init__(self, *args, **keywords):
        self._submitting = threading.Lock()
        super().__init__(*args, **keywords)

    def _under_lock(self, callback):
        if callback is None:
            return None

        def call(value):
            with self._submitting:
                callback(value)

        return call

    def apply_async(self, func, args=(), kwds={}, callback=None, error_callback=None):  # noqa: B006
        with self._submitting:
            return super().apply_async(
                func, args, kwds, self._under_lock(callback), self._under_lock(error_callback)
            )


def get_context(method=None):
    """Return the context of *method*, with the broken pool."""
    return Context(method, Pool=lambda real, *args, **keywords: _Pool(*args, context=real, **keywords))
