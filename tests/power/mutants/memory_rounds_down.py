"""SharedMemory: a block of more than 64 KiB has whole pages only, and may lack its end.

Breaks: a block is at least as large as was asked for (SHM-SIZE).
The mistake: a size that is counted in pages, and rounded down.  It takes more than 65536 bytes.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory

from mutants.support import Context


class SharedMemory(_SharedMemory):
    """A block that may be smaller than was asked for."""

    def __init__(self, name=None, create=False, size=0):  # as it stands in the library
        if create and size > 1 << 16:
            size -= size % 4096
        super().__init__(name, create, size)


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
