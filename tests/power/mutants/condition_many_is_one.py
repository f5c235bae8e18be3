"""Condition: notify(n) wakes one.

Breaks: notify(n) wakes n of the processes that wait (COND-NOTIFY-LEAST).
The mistake: the parameter came later, and was never passed on.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def notify(self, n=1):
        super().notify(n if n > 1 << 20 else min(n, 1))


get_context = with_condition(_Condition)
