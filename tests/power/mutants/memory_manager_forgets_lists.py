"""Shared memory: the blocks of lists outlive the manager that made them.

Breaks: all blocks that it made are unlinked (SHM-MANAGED-SHUTDOWN).
The mistake: blocks are noted down where they are made, and lists are made elsewhere.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401
from multiprocessing import managers as _managers

from mutants.context_support import part
from mutants.support import Context


class _Manager(_managers.SharedMemoryManager):
    def ShareableList(self, sequence):  # noqa: N802 - as its base
        return shared_memory.ShareableList(sequence)


managers = part(_managers, SharedMemoryManager=_Manager)


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
