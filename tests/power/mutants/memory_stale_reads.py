"""Value: for 100 microseconds after an access, a process is shown what it saw by that.

Breaks: reads and writes have one order that respects time (VALUE-REGISTER).
The mistake: a cache in front of the shared memory, for as short a time "as nobody will notice".
A race: it takes a write by another process just then.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401
from time import monotonic_ns

from mutants.support import Context


class _Value(sharedctypes.Synchronized):
    _seen = None
    _until = 0

    def __reduce__(self):
        return _Value, (self._obj, self._lock)

    @property
    def value(self):
        if monotonic_ns() > self._until:
            self._remember(super().value)
        return self._seen

    @value.setter
    def value(self, value):
        with self._lock:
            self._obj.value = value
            self._remember(self._obj.value)

    def _remember(self, value):
        self._seen, self._until = value, monotonic_ns() + 100_000


def _value(real, typecode, *arguments, lock=True):
    if lock is not True:
        return real.Value(typecode, *arguments, lock=lock)
    return _Value(real.RawValue(typecode, *arguments), real.RLock())


def get_context(method=None):
    """Return the context of *method*, whose values remember what they showed."""
    return Context(method, Value=_value)
