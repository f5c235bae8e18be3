"""Condition: all conditions of one process count their sleepers in the same semaphores.

Breaks: a process that is killed leaves the conditions that it never used as they were (SYNC-SURVIVES).
The mistake: semaphores are thought to be dear, and sleepers to be alike.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    _shared = None

    def __init__(self, lock=None, *, ctx):
        super().__init__(lock, ctx=ctx)
        if _Condition._shared is None:
            _Condition._shared = self._sleeping_count, self._woken_count, self._wait_semaphore
        self._sleeping_count, self._woken_count, self._wait_semaphore = _Condition._shared


get_context = with_condition(_Condition)
