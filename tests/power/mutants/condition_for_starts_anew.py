"""Condition: a wait_for that is notified in vain begins its timeout anew.

Breaks: wait_for with a timeout gives up when its time is over (COND-FOR-TIMEOUT).
The mistake: a loop of waits, each of which is given the whole timeout.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def wait_for(self, predicate, timeout=None):
        result = predicate()
        while not result and self.wait(timeout):
            result = predicate()
        return result or predicate()


get_context = with_condition(_Condition)
