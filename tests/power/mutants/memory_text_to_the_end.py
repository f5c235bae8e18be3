"""Array: the value of a char array has the NULs in its middle.

Breaks: it is the bytes up to the first NUL (ARRAY-CHAR).
The mistake: the NULs at the end are stripped, as if there were no others.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


class _Chars(sharedctypes.SynchronizedString):
    def __reduce__(self):
        return _Chars, (self._obj, self._lock)

    @property
    def value(self):
        return self.raw.rstrip(b"\0")

    @value.setter
    def value(self, value):
        with self._lock:
            self._obj.value = value


def _array(real, typecode, contents, *, lock=True):
    if lock is not True or typecode != "c":
        return real.Array(typecode, contents, lock=lock)
    return _Chars(real.RawArray(typecode, contents), real.RLock())


def get_context(method=None):
    """Return the context of *method*, whose char arrays show too much."""
    return Context(method, Array=_array)
