"""Array: a slice that is assigned leaves its last element out.

Breaks: a slice is assigned as that of a list (ARRAY-SLICE).
The mistake: a stop that is taken for the last index.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


class _Array(sharedctypes.SynchronizedArray):
    def __reduce__(self):
        return _Array, (self._obj, self._lock)

    def __setitem__(self, where, value):
        if isinstance(where, slice):
            value = [*value[:-1], self[where][-1]] if len(value) else value
        super().__setitem__(where, value)


def _array(real, typecode, contents, *, lock=True):
    if lock is not True or typecode == "c":
        return real.Array(typecode, contents, lock=lock)
    return _Array(real.RawArray(typecode, contents), real.RLock())


def get_context(method=None):
    """Return the context of *method*, whose slices are too short."""
    return Context(method, Array=_array)
