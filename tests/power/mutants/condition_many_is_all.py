"""Condition: notify(n) with n above one wakes all.

Breaks: notify(n) wakes at most n (COND-NOTIFY-MOST).
The mistake: the number is taken for a flag: one, or more than one.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def notify(self, n=1):
        super().notify(n if n <= 1 else 1 << 30)


get_context = with_condition(_Condition)
