"""SharedMemory: unlink does nothing until the program ends.

Breaks: nothing is left of a block that was unlinked (SHM-RESIDUE), its name is free (SHM-UNLINK).
The mistake: leaving to the resource tracker what was asked for now.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory

from mutants.support import Context


class SharedMemory(_SharedMemory):
    """A block that cannot be unlinked."""

    def unlink(self):
        """Do nothing."""


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
