"""Condition: who waits keeps the lock.

Breaks: a process that waits has released the lock (COND-RELEASES).
The mistake: the loop that releases it counts from one.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def wait(self, timeout=None):
        assert self._lock._semlock._is_mine(), "must acquire() condition before using wait()"
        self._sleeping_count.release()
        try:
            return self._wait_semaphore.acquire(True, timeout)
        finally:
            self._woken_count.release()


get_context = with_condition(_Condition)
