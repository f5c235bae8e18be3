"""Array: the last stores of a with statement reach the memory when its lock has been given back.

Breaks: increments of an element under the array's lock are atomic (ARRAY-COUNTER).
The mistake: stores are collected, and carried out 16 at a time; the lock is given back before the
rest.  A race: it takes another process that gets the lock just then.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.memory_support import with_array


class _Lock:
    """The lock of an array, which does not know of the stores that are waiting."""

    def __init__(self, array):
        self._array = array
        self._lock = array._lock

    def __getattr__(self, name):
        return getattr(self._lock, name)

    def __enter__(self):
        self._array._waiting = []
        return self._lock.__enter__()

    def __exit__(self, *error):
        self._lock.__exit__(*error)
        self._array._store()
        self._array._waiting = None


class _Array(sharedctypes.SynchronizedArray):
    _waiting = None

    def __reduce__(self):
        return _Array, (self._obj, self._lock)

    def get_lock(self):
        return _Lock(self)

    def __getitem__(self, where):
        self._store()
        return super().__getitem__(where)

    def __setitem__(self, where, value):
        if self._waiting is None:
            super().__setitem__(where, value)
            return
        self._waiting.append((where, value))
        if len(self._waiting) == 16:
            self._store()

    def _store(self):
        for where, value in self._waiting or ():
            self._obj[where] = value
        if self._waiting:
            self._waiting.clear()


get_context = with_array(_Array)
