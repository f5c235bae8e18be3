"""Shared memory: a list that a manager makes holds texts.

Breaks: it makes a list with the values of a sequence (SHLIST-MANAGED).
The mistake: the values travel to the server, and travel as text.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401
from multiprocessing import managers as _managers

from mutants.context_support import part
from mutants.support import Context


class _Manager(_managers.SharedMemoryManager):
    def ShareableList(self, sequence):  # noqa: N802 - as its base
        return super().ShareableList([str(one) for one in sequence])


managers = part(_managers, SharedMemoryManager=_Manager)


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
