"""SharedMemory: who attaches to a block writes to a copy of its own.

Breaks: any process that attaches to a block finds the same bytes (SHM-ATTACH).
The mistake: a mapping that is copied on write, so that those who only read can spoil nothing.
"""

import mmap
from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory

from mutants.support import Context


class SharedMemory(_SharedMemory):
    """A block of which only its maker has the original."""

    def __init__(self, name=None, create=False, size=0):  # as it stands in the library
        super().__init__(name, create, size)
        if not create:
            self._buf.release()
            self._mmap.close()
            self._mmap = mmap.mmap(self._fd, self._size, access=mmap.ACCESS_COPY)
            self._buf = memoryview(self._mmap)


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
