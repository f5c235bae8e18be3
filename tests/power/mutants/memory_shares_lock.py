"""Value: all Values of a program have the same lock.

Breaks: a process that is killed while it uses one Value leaves every other as it was (MEMORY-KILL-APART).
The mistake: a lock that is made once for the module, to save a semaphore for each Value.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, shared_memory, sharedctypes  # noqa: F401

from mutants.support import Context

_locks = {}


def _value(real, typecode, *arguments, lock=True):
    if lock is True:
        lock = _locks.setdefault(real.get_start_method(), real.RLock())
    return real.Value(typecode, *arguments, lock=lock)


def get_context(method=None):
    """Return the context of *method*, whose Values share a lock."""
    return Context(method, Value=_value)
