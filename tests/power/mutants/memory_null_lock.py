"""Value: without a lock, it still is a wrapper, with a lock that excludes nobody.

Breaks: with lock=False a Value is the bare object, without get_lock and get_obj (VALUE-NO-LOCK).
The mistake: a lock that does nothing, so that there is one case less.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context


class _NullLock:
    """A lock that everybody gets."""

    def acquire(self, *_arguments, **_keywords):
        return True

    def release(self):
        pass

    def __enter__(self):
        return True

    def __exit__(self, *error):
        pass


def _value(real, typecode, *arguments, lock=True):
    return real.Value(typecode, *arguments, lock=_NullLock() if lock is False else lock)


def get_context(method=None):
    """Return the context of *method*, whose values are never bare."""
    return Context(method, Value=_value)
