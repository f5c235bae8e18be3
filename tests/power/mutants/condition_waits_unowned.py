"""Condition: a wait does not ask whether its process has the lock.

Breaks: a wait without the lock raises an error (COND-WAIT-UNOWNED).
The mistake: the check is thought to be the business of the caller.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def wait(self, timeout=None):
        self._sleeping_count.release()
        count = self._lock._semlock._count() if self._lock._semlock._is_mine() else 0
        for _ in range(count):
            self._lock.release()
        try:
            return self._wait_semaphore.acquire(True, timeout)
        finally:
            self._woken_count.release()
            for _ in range(count):
                self._lock.acquire()


get_context = with_condition(_Condition)
