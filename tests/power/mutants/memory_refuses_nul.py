"""Array: text that has a NUL in it cannot be assigned as the value of an array of characters.

Breaks: no operation raises anything that is not documented for its situation (MEMORY-ERRORS).
The mistake: bytes are handed on by a call that wants them to end with their only NUL.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


class _String(sharedctypes.SynchronizedString):
    def __reduce__(self):
        return _String, (self._obj, self._lock)

    @property
    def value(self):
        return super().value

    @value.setter
    def value(self, value):
        if b"\0" in value:
            raise ValueError("embedded null byte")
        with self:
            self._obj.value = value


def _array(real, typecode, contents, *, lock=True):
    if lock is not True or typecode != "c":
        return real.Array(typecode, contents, lock=lock)
    return _String(real.RawArray(typecode, contents), real.RLock())


def get_context(method=None):
    """Return the context of *method*, whose arrays take no NUL."""
    return Context(method, Array=_array)
