"""Condition: wait_for waits once, and then returns what the predicate says.

Breaks: wait_for without a timeout returns only what is true (COND-FOR-ANSWER).
The mistake: an if in the place of a while.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def wait_for(self, predicate, timeout=None):
        result = predicate()
        if not result:
            self.wait(timeout)
            result = predicate()
        return result


get_context = with_condition(_Condition)
