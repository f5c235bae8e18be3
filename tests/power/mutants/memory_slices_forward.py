"""Array: a slice is read from its lower end to its upper one, whichever way it goes.

Breaks: a slice of an Array reads as that of a list of the same length (ARRAY-SLICE).
The mistake: a slice is taken for a range of the memory, and its step for a distance.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.memory_support import with_array


class _Array(sharedctypes.SynchronizedArray):
    def __reduce__(self):
        return _Array, (self._obj, self._lock)

    def __getitem__(self, place):
        found = super().__getitem__(place)
        return found[::-1] if isinstance(place, slice) and (place.step or 1) < 0 else found


get_context = with_array(_Array)
