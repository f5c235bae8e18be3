"""Condition: a notify wakes one more, once in 60 times.

Breaks: notify(n) wakes at most n (COND-NOTIFY-MOST).
The mistake: a retry after an interrupted call counts from where it was.
"""

import random
from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def notify(self, n=1):
        super().notify(n + (random.random() < 1 / 60))


get_context = with_condition(_Condition)
