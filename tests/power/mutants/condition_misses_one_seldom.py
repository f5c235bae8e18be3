"""Condition: notify_all misses one, once in 40 times.

Breaks: notify_all wakes every process that waits (COND-NOTIFY-ALL).
The mistake: the sleepers are counted before the lock is had, and one comes late.
"""

import random
from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def notify_all(self):
        sleepers = self._sleeping_count._semlock._get_value() - self._woken_count._semlock._get_value()
        if sleepers and random.random() < 1 / 40:
            super().notify(sleepers - 1)
        else:
            super().notify_all()


get_context = with_condition(_Condition)
