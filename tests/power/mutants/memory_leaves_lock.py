"""Array: an access that raises leaves the lock taken.

Breaks: every operation on shared memory ends (MEMORY-PROGRESS).
The mistake: acquire and release without a finally.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.memory_support import with_array


class _Array(sharedctypes.SynchronizedArray):
    def __reduce__(self):
        return _Array, (self._obj, self._lock)

    def __getitem__(self, place):
        self.acquire()
        value = self._obj[place]
        self.release()
        return value

    def __setitem__(self, place, value):
        self.acquire()
        self._obj[place] = value
        self.release()


get_context = with_array(_Array)
