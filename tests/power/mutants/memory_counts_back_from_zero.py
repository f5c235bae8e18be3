"""Array: what is stored by a negative index goes one place too far to the front.

Breaks: an element holds what was last stored in it, by positive or negative index (ARRAY-ELEMENT).
The mistake: counting from the end begins with zero, as it does from the front.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.memory_support import with_array


class _Array(sharedctypes.SynchronizedArray):
    def __reduce__(self):
        return _Array, (self._obj, self._lock)

    def __setitem__(self, place, value):
        if isinstance(place, int) and -len(self) < place < 0:
            place -= 1
        super().__setitem__(place, value)


get_context = with_array(_Array)
