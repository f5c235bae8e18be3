"""Array: a slice is read element by element, each under the lock, but not all of them.

Breaks: under the lock, a reader sees what one writer wrote, as a whole (ARRAY-TORN).
The mistake: a slice is a loop around the method that reads one element.  A race: another process must write
to the slice meanwhile.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.memory_support import with_array


class _Array(sharedctypes.SynchronizedArray):
    def __reduce__(self):
        return _Array, (self._obj, self._lock)

    def __getitem__(self, where):
        if not isinstance(where, slice):
            return super().__getitem__(where)
        return [self[each] for each in range(*where.indices(len(self)))]


get_context = with_array(_Array)
