"""SharedMemory: to create a block under a name that is taken, attaches to the block that has it.

Breaks: it raises FileExistsError (SHM-EXISTS).
The mistake: opening without the flag that says that the block must be new.
"""

import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory

from mutants.support import Context


class SharedMemory(_SharedMemory):
    """A block that may be an old one."""

    def __init__(self, name=None, create=False, size=0):  # as it stands in the library
        try:
            super().__init__(name, create, size)
        except FileExistsError:
            self._flags = os.O_RDWR
            super().__init__(name)


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
