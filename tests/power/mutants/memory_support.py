"""What the mutants of arrays share: a context whose synchronized arrays are of another class."""

from mutants.support import Context

__all__ = ("with_array",)


def with_array(broken):
    """Return the ``get_context`` of a mutant: the standard library's, with *broken* for arrays of numbers.

    *broken* takes a raw array and a lock.  Arrays of characters, and those of another lock, are whole.
    """

    def array(real, typecode, contents, *, lock=True):
        if lock is not True or typecode == "c":
            return real.Array(typecode, contents, lock=lock)
        return broken(real.RawArray(typecode, contents), real.RLock())

    return lambda method=None: Context(method, Array=array)
