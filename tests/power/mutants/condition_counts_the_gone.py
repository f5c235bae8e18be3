"""Condition: a wait whose time is over is still counted as one that sleeps.

Breaks: notify by the owner of the lock returns (COND-NOTIFY-RETURNS).
The mistake: only who was notified takes itself from the books; the next notify waits for the answer of one
who is gone.
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
        if woken:
            self._woken_count.release()
        for _ in range(count):
            self._lock.acquire()
        return woken


get_context = with_condition(_Condition)
