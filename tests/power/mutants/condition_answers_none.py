"""Condition: a wait that was notified returns None.

Breaks: a wait without a timeout returns True (COND-WAIT-ANSWER).
The mistake: the value is only returned from the branch of the timeout.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def wait(self, timeout=None):
        return super().wait(timeout) and None


get_context = with_condition(_Condition)
