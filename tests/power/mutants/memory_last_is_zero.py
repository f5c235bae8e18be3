"""Array: of an array made from a sequence, the last element begins with zero.

Breaks: it holds the elements of the sequence (ARRAY-INITIAL).
The mistake: an end that is off by one.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


def _array(real, typecode, contents, *, lock=True):
    array = real.Array(typecode, contents, lock=lock)
    if not isinstance(contents, int) and typecode != "c":
        array[len(array) - 1] = 0
    return array


def get_context(method=None):
    """Return the context of *method*, whose arrays begin without their last element."""
    return Context(method, Array=_array)
