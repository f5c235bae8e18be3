"""Shared memory: the end of a with statement leaves a manager as it is.

Breaks: a with statement unlinks its blocks at its end (SHM-MANAGED-CONTEXT).
The mistake: the manager is ended when it is collected, and that was thought to be soon.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401
from multiprocessing import managers as _managers

from mutants.context_support import part
from mutants.support import Context


class _Manager(_managers.SharedMemoryManager):
    def __exit__(self, *error):
        pass


managers = part(_managers, SharedMemoryManager=_Manager)


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
