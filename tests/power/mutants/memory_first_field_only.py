"""Shared memory: of the structures in an Array, the first field alone is initialised.

Breaks: an Array of a Structure holds its fields (VALUE-STRUCTURES).
The mistake: an initial value is taken for a number, or for a sequence of one.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import ctypes
from multiprocessing import connection, get_all_start_methods, managers, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


def _array(real, typecode, size_or_initializer, **keywords):
    if isinstance(typecode, type) and issubclass(typecode, ctypes.Structure):
        size_or_initializer = [one[:1] for one in size_or_initializer]
    return real.Array(typecode, size_or_initializer, **keywords)


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method, Array=_array)
