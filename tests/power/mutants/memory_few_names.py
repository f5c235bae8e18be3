"""SharedMemory: two blocks that were given no names have the same one in one case of 200, and are one block.

Breaks: a block has a name that no other block has (SHM-NAME).
The mistake: a name from a small random number; who has it already is taken for a block that was left
behind.
"""

import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory
from random import randrange

from mutants.support import Context


class SharedMemory(_SharedMemory):
    """A block whose name, if it is given none, is one of 200."""

    def __init__(self, name=None, create=False, size=0):  # as it stands in the library
        if name is not None or not create:
            super().__init__(name, create, size)
            return
        name = f"psm_{os.getpid()}_{randrange(200)}"
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
