"""Condition: wait_for returns True for whatever is true.

Breaks: wait_for returns what its predicate returned last (COND-FOR-ANSWER).
The mistake: the result is a question of yes or no, the author thought.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def wait_for(self, predicate, timeout=None):
        return bool(super().wait_for(predicate, timeout))


get_context = with_condition(_Condition)
