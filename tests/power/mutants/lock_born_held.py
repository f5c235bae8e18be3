"""RLock: a new one can be acquired by the process that made it only.

Breaks: a new RLock is free (LOCK-INITIAL).
The mistake: the maker is entered as the owner, so that it can set up what the lock protects.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.support import Context


def _rlock(real):
    lock = real.RLock()
    lock.acquire()
    return lock


def get_context(method=None):
    """Return the context of *method*, whose recursive locks are born held."""
    return Context(method, RLock=_rlock)
