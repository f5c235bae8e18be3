"""Array: an index outside goes round.

Breaks: IndexError for any index outside (ARRAY-BOUNDS).
The mistake: negative indices are taken modulo the length, and so are all others.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.memory_support import with_array


class _Array(sharedctypes.SynchronizedArray):
    def __reduce__(self):
        return _Array, (self._obj, self._lock)

    def __getitem__(self, place):
        return super().__getitem__(self._inside(place))

    def __setitem__(self, place, value):
        super().__setitem__(self._inside(place), value)

    def _inside(self, place):
        return place % len(self) if isinstance(place, int) else place


get_context = with_array(_Array)
