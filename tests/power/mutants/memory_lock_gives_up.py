"""Array: who does not get the array's lock within half a millisecond goes on without it.

Breaks: a reader sees what one writer wrote under the lock, as a whole (ARRAY-TORN).
The mistake: a timeout against deadlocks, and nobody looks whether the lock was got.  A race: it takes
two processes that want the lock, and one that holds it for long, or is interrupted meanwhile.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.memory_support import with_array


class _Lock:
    """The lock of an array, for with statements that never wait for long."""

    def __init__(self, lock):
        self._lock = lock
        self._got = False

    def __getattr__(self, name):
        return getattr(self._lock, name)

    def __enter__(self):
        self._got = self._lock.acquire(timeout=0.0005)
        return self._got

    def __exit__(self, *error):
        if self._got:
            self._lock.release()


class _Array(sharedctypes.SynchronizedArray):
    def __reduce__(self):
        return _Array, (self._obj, self._lock)

    def get_lock(self):
        return _Lock(self._lock)


get_context = with_array(_Array)
