"""Condition: notify_all wakes three at most.

Breaks: notify_all wakes every process that waits (COND-NOTIFY-ALL).
The mistake: a limit of the number of processes that nobody was expected to reach.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def notify_all(self):
        super().notify(3)


get_context = with_condition(_Condition)
