"""Condition: a wait whose time is over does not take the lock back.

Breaks: a wait that returns, notified or not, has the lock again (COND-REACQUIRES).
The mistake: the way out of the timeout is another one than that of the notification.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def wait(self, timeout=None):
        assert self._lock._semlock._is_mine(), "must acquire() condition before using wait()"
        self._sleeping_count.release()
        count = self._lock._semlock._count()
        for _ in range(count):
            self._lock.release()
        woken = self._wait_semaphore.acquire(True, timeout)
        self._woken_count.release()
        if woken:
            for _ in range(count):
                self._lock.acquire()
        return woken


get_context = with_condition(_Condition)
