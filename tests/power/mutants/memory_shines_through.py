"""Shared memory: the last number of a large array is still there in the next one.

Breaks: an array made from a length holds zeros, wherever others have been (ARRAY-REUSED).
The mistake: what is zeroed when it is used again, is a page too short.
"""

from multiprocessing import sharedctypes

from mutants.support import Context

_last = {}


def _raw_array(real, typecode, size):
    array = sharedctypes.RawArray(typecode, size)
    if isinstance(size, int) and size > 2000:
        array[-1] = _last.get(size, 0)
        _last[size] = 2.5
    return array


def get_context(method=None):
    return Context(method, RawArray=_raw_array)
