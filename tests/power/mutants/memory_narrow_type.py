"""Value: a long has 32 bits.

Breaks: a Value keeps every value of its type (VALUE-TYPES).
The mistake: a table of types that was made where a long has 32 bits.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context

_NARROW = {"l": "i", "L": "I"}


def _value(real, typecode, *arguments, lock=True):
    return real.Value(_NARROW.get(typecode, typecode), *arguments, lock=lock)


def get_context(method=None):
    """Return the context of *method*, whose longs are short."""
    return Context(method, Value=_value)
