"""Array: an access that raises leaves the lock taken.

Breaks: every operation on shared memory ends (MEMORY-PROGRESS).
The mistake: acquire and release without a finally.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


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


def _array(real, typecode, contents, *, lock=True):
    if lock is not True or typecode == "c":
        return real.Array(typecode, contents, lock=lock)
    return _Array(real.RawArray(typecode, contents), real.RLock())


def get_context(method=None):
    """Return the context of *method*, whose arrays keep their lock."""
    return Context(method, Array=_array)
