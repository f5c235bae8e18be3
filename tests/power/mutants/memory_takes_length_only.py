"""RawArray: of a sequence only the length is taken; the array begins with zeros.

Breaks: a RawArray holds what it was made with (RAW-INITIAL).
The mistake: memory is made from a length, in one place for both cases, and nobody fills it.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


def _raw_array(real, typecode, contents):
    return real.RawArray(typecode, contents if isinstance(contents, int) else len(contents))


def get_context(method=None):
    """Return the context of *method*, whose raw arrays begin with zeros."""
    return Context(method, RawArray=_raw_array)
