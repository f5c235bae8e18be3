"""Shared memory: a copy of a shared object is that object.

Breaks: a copy is independent of what it was made of (SHARED-COPY).
The mistake: it is shared anyway, and so seemed to need no copy.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, managers, shared_memory  # noqa: F401
from multiprocessing import sharedctypes as _sharedctypes

from mutants.context_support import part
from mutants.support import Context

sharedctypes = part(_sharedctypes, copy=lambda obj: obj)


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
