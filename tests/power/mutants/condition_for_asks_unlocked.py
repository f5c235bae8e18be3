"""Condition: wait_for calls its predicate without the lock.

Breaks: wait_for calls its predicate with the lock (COND-FOR-LOCKED).
The mistake: a predicate may take long, so the lock is not kept meanwhile.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def wait_for(self, predicate, timeout=None):
        count = self._lock._semlock._count()

        def asked():
            for _ in range(count):
                self._lock.release()
            try:
                return predicate()
            finally:
                for _ in range(count):
                    self._lock.acquire()

        return super().wait_for(asked, timeout)


get_context = with_condition(_Condition)
