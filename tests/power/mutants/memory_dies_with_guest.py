"""SharedMemory: a block whose guest has died without closing it is given up.

Breaks: when a process that is attached to a block is killed, the block stays (SHM-KILL-STAYS).
The mistake: a block of which somebody died is taken for one that nobody uses any more, and cleaned up.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory
from pathlib import Path

from mutants.support import Context


class SharedMemory(_SharedMemory):
    """A block that keeps the process id of its latest guest in its last bytes."""

    def __init__(self, name=None, create=False, size=0):  # as it stands in the library
        super().__init__(name, create, size + 8 if create and size > 0 else size)
        self._guest = 0
        if not create:
            latest = int.from_bytes(self._mmap[-8:], "little")
            if latest and not Path(f"/proc/{latest}").exists():
                self.unlink()
                self.close()
                raise FileNotFoundError(2, os.strerror(2), name)
            self._guest = os.getpid()
            self._mmap[-8:] = self._guest.to_bytes(8, "little")

    def close(self):
        """Close the block, and leave it."""
        if self._mmap is not None and getattr(self, "_guest", 0) == os.getpid():
            self._mmap[-8:] = bytes(8)
        super().close()


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
