"""Condition: who does not get the lock back within a millisecond goes on without it.

Breaks: a wait has the lock again when it returns (COND-REACQUIRES).
The mistake: a timeout against deadlocks, and nobody looks whether the lock was got.  A race: somebody must
hold the lock just then.
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
        try:
            return self._wait_semaphore.acquire(True, timeout)
        finally:
            self._woken_count.release()
            for _ in range(count):
                self._lock.acquire(timeout=0.001)


get_context = with_condition(_Condition)
