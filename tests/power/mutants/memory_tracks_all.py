"""Shared memory: track=False is taken, and the block is tracked all the same.

Breaks: a block that is made with track=False outlives the program (SHM-UNTRACKED).
The mistake: the argument was added for compatibility.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, managers, sharedctypes  # noqa: F401
from multiprocessing import shared_memory as _shared_memory

from mutants.context_support import part
from mutants.support import Context


class _Block(_shared_memory.SharedMemory):
    def __init__(self, name=None, create=False, size=0, *, track=True):
        super().__init__(name, create, size)


shared_memory = part(_shared_memory, SharedMemory=_Block)


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
