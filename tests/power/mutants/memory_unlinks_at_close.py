"""SharedMemory: unlink waits until the object is closed.

Breaks: after unlink the name stands for nothing, and can be used anew (SHM-UNLINK).
The mistake: what is still in use here is not destroyed, and so its name is not taken away.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory

from mutants.support import Context


class SharedMemory(_SharedMemory):
    """A block that keeps its name while it is in use."""

    _doomed = False

    def unlink(self):
        """Unlink the block if it is closed, else later."""
        if self._mmap is None:
            super().unlink()
        else:
            self._doomed = True

    def close(self):
        """Close the block, and unlink it if somebody asked for that."""
        super().close()
        if self._doomed:
            self._doomed = False
            super().unlink()


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
