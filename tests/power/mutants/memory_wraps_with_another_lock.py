"""Shared memory: an object that is wrapped with a lock gets one of its own.

Breaks: it is guarded by that very lock (SHARED-SYNCHRONIZED-LOCK).
The mistake: the argument was added, and is not passed on.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, managers, shared_memory  # noqa: F401
from multiprocessing import sharedctypes as _sharedctypes

from mutants.context_support import part
from mutants.support import Context


def _synchronized(obj, lock=None):
    return _sharedctypes.synchronized(obj)


sharedctypes = part(_sharedctypes, synchronized=_synchronized)


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
