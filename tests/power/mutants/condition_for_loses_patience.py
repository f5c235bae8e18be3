"""Condition: each vain wake-up costs a wait_for two hundredths of a second of its time.

Breaks: wait_for gives up not before its time is over (COND-FOR-TIMEOUT).
The mistake: what is left of the time is estimated, not measured.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def wait_for(self, predicate, timeout=None):
        result = predicate()
        while not result:
            if timeout is not None and timeout <= 0:
                break
            if timeout is None:
                self.wait()
            elif self.wait(timeout):
                timeout -= 0.02
            else:
                timeout = 0
            result = predicate()
        return result


get_context = with_condition(_Condition)
