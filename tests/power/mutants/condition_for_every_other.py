"""Condition: wait_for calls its predicate at every other wake-up.

Breaks: wait_for calls its predicate again when it is notified (COND-FOR-WOKEN).
The mistake: a wait that was meant to be a safety against spurious wake-ups.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def wait_for(self, predicate, timeout=None):
        result = predicate()
        if result or timeout is not None:
            return result or super().wait_for(predicate, timeout)
        while not result:
            self.wait()
            self.wait()
            result = predicate()
        return result


get_context = with_condition(_Condition)
