"""Value: a number is written in two halves, and not under the lock.

Breaks: a process that is killed while it writes leaves what was there or what it wrote (VALUE-KILL-WHOLE).
The mistake: the numbers of the machine for which it was written were half as long.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import ctypes
from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


class _Value(sharedctypes.Synchronized):
    def __reduce__(self):
        return _Value, (self._obj, self._lock)

    @property
    def value(self):
        return self._obj.value

    @value.setter
    def value(self, value):
        written = bytes(type(self._obj)(value))
        half = len(written) // 2
        at = ctypes.addressof(self._obj)
        ctypes.memmove(at, written[:half], half)
        ctypes.memmove(at + half, written[half:], half)


def _value(real, typecode, *arguments, lock=True):
    if lock is not True:
        return real.Value(typecode, *arguments, lock=lock)
    return _Value(real.RawValue(typecode, *arguments), real.RLock())


def get_context(method=None):
    """Return the context of *method*, whose values are written by halves."""
    return Context(method, Value=_value)
