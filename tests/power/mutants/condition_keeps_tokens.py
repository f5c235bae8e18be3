"""Condition: a notify that finds nobody is kept for the next wait.

Breaks: what was notified before wakes nobody (COND-NOT-STORED).
The mistake: a condition is taken for a semaphore.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def notify(self, n=1):
        assert self._lock._semlock._is_mine(), "lock is not owned"
        if n == 1 and self._sleeping_count._semlock._is_zero():
            self._wait_semaphore.release()
            return
        while self._woken_count.acquire(False):
            self._sleeping_count.acquire(False)
        sleepers = 0
        while sleepers < n and self._sleeping_count.acquire(False):
            self._wait_semaphore.release()
            sleepers += 1
        for _ in range(sleepers):
            self._woken_count.acquire()


get_context = with_condition(_Condition)
