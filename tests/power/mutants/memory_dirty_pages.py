"""Array: of an array made from a length, only the first page is zeroed.

Breaks: an Array made from a length holds zeros (ARRAY-ZEROED).
The mistake: memory that is used again is taken for fresh beyond its first page.  It takes more than
4096 bytes.
"""

import ctypes
from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context

_PAGE = 4096


def _array(real, typecode, contents, *, lock=True):
    type_ = sharedctypes.typecode_to_type.get(typecode, typecode)
    if not isinstance(contents, int) or contents * ctypes.sizeof(type_) <= _PAGE:
        return real.Array(typecode, contents, lock=lock)
    array = sharedctypes._new_value(type_ * contents)
    ctypes.memset(ctypes.addressof(array), 0, _PAGE)
    if lock is False:
        return array
    return sharedctypes.synchronized(array, None if lock is True else lock, real)


def get_context(method=None):
    """Return the context of *method*, whose large arrays are not clean."""
    return Context(method, Array=_array)
