"""Condition: it makes a lock of its own, whatever it is given.

Breaks: to acquire a condition is to acquire the lock that was given (COND-LOCK).
The mistake: the argument is accepted and forgotten.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def __init__(self, lock=None, *, ctx):
        super().__init__(None, ctx=ctx)


get_context = with_condition(_Condition)
