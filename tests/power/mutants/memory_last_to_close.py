"""SharedMemory: close, by another process than the block's maker, unlinks the block.

Breaks: when a process closes its object of a block, the block stays for all others (SHM-CLOSE).
The mistake: whoever has finished is taken for the last, since the maker has surely finished before.
"""

import contextlib
import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory

from mutants.support import Context


class SharedMemory(_SharedMemory):
    """A block that goes when a guest goes."""

    _maker = None

    def __init__(self, name=None, create=False, size=0):  # as it stands in the library
        super().__init__(name, create, size)
        if create:
            self._maker = os.getpid()

    def close(self):
        """Close the block, and unlink it if this process did not make it."""
        used = self._mmap is not None
        super().close()
        if used and self._maker != os.getpid():
            with contextlib.suppress(FileNotFoundError):
                self.unlink()


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
