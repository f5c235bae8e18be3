"""SharedMemory: a block that could not be made leaves its name.

Breaks: shared memory for which room is lacking is refused and leaves nothing (MEMORY-SHORTAGE).
The mistake: the block is created and then given its size; nobody removes it if that fails.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory

from mutants.support import Context


class SharedMemory(_SharedMemory):
    """A block whose name stays when it could not be made."""

    _made = False

    def __init__(self, name=None, create=False, size=0):  # as it stands in the library
        super().__init__(name, create, size)
        self._made = True

    def unlink(self):
        """Remove the name, if the block was made."""
        if self._made:
            super().unlink()


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
