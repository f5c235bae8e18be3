"""Value: every call of get_lock returns another lock.

Breaks: increments under the lock are atomic (VALUE-COUNTER), and there is one lock (VALUE-LOCK).
The mistake: a lock that is made where it is asked for, instead of once for the object.
"""

import time
from multiprocessing import RLock, connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


class _Value(sharedctypes.Synchronized):
    def __reduce__(self):
        return _Value, (self._obj, self._lock)

    def get_lock(self):
        return RLock()

    @property
    def value(self):
        current = self._obj.value
        time.sleep(0)  # Between the two halves of "+=", so that two cores are not needed.
        return current

    @value.setter
    def value(self, value):
        self._obj.value = value


def _value(real, typecode, *arguments, lock=True):
    if lock is not True:
        return real.Value(typecode, *arguments, lock=lock)
    return _Value(real.RawValue(typecode, *arguments), real.RLock())


def get_context(method=None):
    """Return the context of *method*, whose values have a new lock each time."""
    return Context(method, Value=_value)
