"""Value: what is no integer begins with zero, whatever it was made with.

Breaks: a Value holds what it was made with (VALUE-INITIAL).
The mistake: an initial value is known by being an integer.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


def _value(real, typecode, *arguments, lock=True):
    return real.Value(typecode, *(one for one in arguments if isinstance(one, int)), lock=lock)


def get_context(method=None):
    """Return the context of *method*, whose values begin with zero."""
    return Context(method, Value=_value)
