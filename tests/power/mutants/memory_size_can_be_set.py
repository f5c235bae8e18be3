"""SharedMemory: the size of a block can be set, which changes nothing but what it shows.

Breaks: the name and the size of a block cannot be set (SHM-READONLY).
The mistake: a plain attribute where a property was due.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory

from mutants.support import Context


class SharedMemory(_SharedMemory):
    """A block whose size is what was said last."""

    @property
    def size(self):
        """Size in bytes."""
        return self._size

    @size.setter
    def size(self, size):
        self._size = size


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
