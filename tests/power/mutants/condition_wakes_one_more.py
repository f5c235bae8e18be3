"""Condition: notify(n) wakes n + 1.

Breaks: notify(n) wakes at most n (COND-NOTIFY-MOST).
The mistake: the comparison of the loop is one off.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def notify(self, n=1):
        super().notify(n + 1)


get_context = with_condition(_Condition)
