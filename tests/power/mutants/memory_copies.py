"""Value: a child gets a copy of its own instead of the shared memory.

Breaks: what one process stores is seen by the others (VALUE-SHARED).
The mistake: a wrapper that travels by value, and makes a new object on arrival.
"""

import os
from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


class _Value:
    """A value that forgets, in another process than its maker's, that it is shared."""

    def __init__(self, shared, typecode, current, pid):
        self._shared, self._typecode, self._current, self._pid = shared, typecode, current, pid

    def __reduce__(self):
        return _Value, (None, self._typecode, self._shared.value, -1)

    def get_lock(self):
        return self._mine().get_lock()

    def get_obj(self):
        return self._mine().get_obj()

    def acquire(self, *arguments):
        return self._mine().acquire(*arguments)

    def release(self):
        self._mine().release()

    def __enter__(self):
        return self._mine().__enter__()

    def __exit__(self, *error):
        return self._mine().__exit__(*error)

    def _mine(self):
        if self._pid != os.getpid():
            current = self._current if self._shared is None else self._shared.get_obj().value
            self._shared, self._pid = sharedctypes.Value(self._typecode, current), os.getpid()
        return self._shared

    @property
    def value(self):
        return self._mine().value

    @value.setter
    def value(self, value):
        self._mine().value = value


def _value(real, typecode, *arguments, lock=True):
    if lock is not True:
        return real.Value(typecode, *arguments, lock=lock)
    return _Value(real.Value(typecode, *arguments), typecode, None, os.getpid())


def get_context(method=None):
    """Return the context of *method*, whose values do not stay shared."""
    return Context(method, Value=_value)
