"""Array: a slice that is assigned leaves its last element out.

Breaks: a slice is assigned as that of a list (ARRAY-SLICE).
The mistake: a stop that is taken for the last index.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.memory_support import with_array


class _Array(sharedctypes.SynchronizedArray):
    def __reduce__(self):
        return _Array, (self._obj, self._lock)

    def __setitem__(self, where, value):
        if isinstance(where, slice):
            value = [*value[:-1], self[where][-1]] if len(value) else value
        super().__setitem__(where, value)


get_context = with_array(_Array)
