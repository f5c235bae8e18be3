"""Condition: all conditions that are made without a lock share one.

Breaks: a process that is killed leaves the conditions that it never used as they were (SYNC-SURVIVES).
The mistake: semaphores are thought to be dear; who dies with the lock of one condition has that of all.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    _shared = None

    def __init__(self, lock=None, *, ctx):
        if lock is None:
            _Condition._shared = lock = _Condition._shared or ctx.RLock()
        super().__init__(lock, ctx=ctx)


get_context = with_condition(_Condition)
