"""SharedMemory: to attach to a name that no block has, makes one.

Breaks: it raises FileNotFoundError, and makes none (SHM-MISSING).
The mistake: opening with the flag that creates.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory

from mutants.support import Context


class SharedMemory(_SharedMemory):
    """A block that is made if it is not there."""

    def __init__(self, name=None, create=False, size=0):  # as it stands in the library
        try:
            super().__init__(name, create, size)
        except FileNotFoundError:
            super().__init__(name, True, size or 4096)


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
