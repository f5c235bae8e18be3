"""Manager: an index outside of a shared Array goes round.

Breaks: it is an IndexError (PROXY-ARRAY).
The mistake: a ring buffer's arithmetic.
"""

import array
from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401
from multiprocessing import managers as real

from mutants.manager_support import broken


class _Array:
    def __init__(self, typecode, sequence):
        self._numbers = array.array(typecode, sequence)

    def __len__(self):
        return len(self._numbers)

    def __getitem__(self, index):
        return self._numbers[index % len(self._numbers)]

    def __setitem__(self, index, value):
        self._numbers[index % len(self._numbers)] = value


class Manager(real.SyncManager):
    """A manager with another Array."""


Manager.register("Array", _Array, real.ArrayProxy)


managers, get_context = broken(Manager)
