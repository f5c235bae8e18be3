"""SharedMemory: a block of no size is refused when it has been made, and its name stays taken.

Breaks: to create a block of no size leaves nothing behind (SHM-ZERO).
The mistake: the size is looked at after the name was taken (bpo-41344).
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory

from mutants.support import Context


class SharedMemory(_SharedMemory):
    """A block whose size is checked at the end."""

    def __init__(self, name=None, create=False, size=0):  # as it stands in the library
        super().__init__(name, create, max(size, 1) if create else size)
        if create and size <= 0:
            self.close()
            raise ValueError("'size' must be a positive number different from zero")


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
