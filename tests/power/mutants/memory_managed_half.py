"""Shared memory: a block that a manager makes has half of the size.

Breaks: it makes a block of at least that size (SHM-MANAGED).
The mistake: the size is taken for a number of words of two bytes.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401
from multiprocessing import managers as _managers

from mutants.context_support import part
from mutants.support import Context


class _Manager(_managers.SharedMemoryManager):
    def SharedMemory(self, size):  # noqa: N802 - as its base
        return super().SharedMemory(max(1, size // 2))


managers = part(_managers, SharedMemoryManager=_Manager)


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
