"""SharedMemory: when the process ends that made a block, the block's name goes with it.

Breaks: a block outlives the process that made it (SHM-OUTLIVES).
The mistake: tidying up at exit, by a process that is not the last that needs the block.
"""

import contextlib
from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory
from multiprocessing.util import Finalize

from mutants.support import Context


def _tidy(block):
    with contextlib.suppress(FileNotFoundError):
        block.unlink()


class SharedMemory(_SharedMemory):
    """A block that is unlinked when its maker ends."""

    def __init__(self, name=None, create=False, size=0):  # as it stands in the library
        super().__init__(name, create, size)
        if create:
            Finalize(None, _tidy, [self], exitpriority=1)


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
