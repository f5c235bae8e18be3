"""Value: a float begins with zero, whatever it was made with.

Breaks: a Value holds what it was made with (VALUE-INITIAL).
The mistake: the initial value is copied as the bytes of an integer.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


def _value(real, typecode, *arguments, lock=True):
    return real.Value(typecode, *(() if typecode in {"f", "d"} else arguments), lock=lock)


def get_context(method=None):
    """Return the context of *method*, whose floats begin with zero."""
    return Context(method, Value=_value)
