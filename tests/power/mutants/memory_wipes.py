"""SharedMemory: unlink fills the block with zeros.

Breaks: who is attached goes on using the block as before (SHM-UNLINK-KEEPS).
The mistake: "nobody needs it any more", so nothing of it shall be left to be read.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory

from mutants.support import Context


class SharedMemory(_SharedMemory):
    """A block that is wiped when it is unlinked."""

    def unlink(self):
        """Wipe the block, and unlink it."""
        if self.buf is not None:
            self.buf[:] = bytes(len(self.buf))
        super().unlink()


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
