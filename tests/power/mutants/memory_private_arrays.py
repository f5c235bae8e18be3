"""RawArray: the memory of an array of more than a page is every forked process's own.

Breaks: what was stored before a read began is what that read returns, in any process (RAW-SHARED).
The mistake: large arrays get a mapping for themselves, and it is a private one.  Nothing comes of it
where processes are not forked: those get the array by another way.
"""

import ctypes
import mmap
from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context

_PAGE = 4096


def _raw_array(real, typecode, contents):
    type_ = sharedctypes.typecode_to_type.get(typecode, typecode)
    count = contents if isinstance(contents, int) else len(contents)
    size = count * ctypes.sizeof(type_)
    if size <= _PAGE or real.get_start_method() != "fork":
        return real.RawArray(typecode, contents)
    array = (type_ * count).from_buffer(mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
    if not isinstance(contents, int):
        array[:] = contents
    return array


def get_context(method=None):
    """Return the context of *method*, whose large raw arrays are not shared."""
    return Context(method, RawArray=_raw_array)
