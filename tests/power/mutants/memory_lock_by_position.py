"""Value: a third argument by position is taken for the lock.

Breaks: the lock can be given by keyword only (VALUE-KEYWORD).
The mistake: a signature without the star.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


def _value(real, typecode, initial=0, lock=True):
    return real.Value(typecode, initial, lock=lock)


def get_context(method=None):
    """Return the context of *method*, whose values take the lock by position."""
    return Context(method, Value=_value)
