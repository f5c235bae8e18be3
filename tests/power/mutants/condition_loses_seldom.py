"""Condition: one notify of 300 wakes nobody.

Breaks: notify(n) wakes n of the processes that wait (COND-NOTIFY-LEAST).
The mistake: who was about to sleep is not counted yet.
"""

import random
from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def notify(self, n=1):
        if n > 1 << 20 or random.random() > 1 / 300:
            super().notify(n)


get_context = with_condition(_Condition)
