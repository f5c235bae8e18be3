"""Value: the lock that is given by hand is not used; the value has one of its own.

Breaks: a Value is synchronised with the lock that was given (VALUE-LOCK).
The mistake: a lock is taken for a flag that says that one is wanted.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


def _value(real, typecode, *arguments, lock=True):
    return real.Value(typecode, *arguments, lock=bool(lock))


def get_context(method=None):
    """Return the context of *method*, whose values have locks of their own."""
    return Context(method, Value=_value)
