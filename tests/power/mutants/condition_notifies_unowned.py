"""Condition: a notify takes the lock if its process has it not.

Breaks: a notify without the lock raises an error (COND-NOTIFY-UNOWNED).
The mistake: meant as a help; the lock is had at the notify, but not when the state was changed.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def notify(self, n=1):
        if self._lock._semlock._is_mine():
            super().notify(n)
            return
        with self._lock:
            super().notify(n)


get_context = with_condition(_Condition)
