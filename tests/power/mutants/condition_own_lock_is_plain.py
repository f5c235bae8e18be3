"""Condition: without a lock it makes a Lock.

Breaks: a condition made without a lock can be acquired again by its owner (COND-OWN-LOCK).
The mistake: a Lock is cheaper, and the author's own code never acquires twice.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def __init__(self, lock=None, *, ctx):
        super().__init__(lock or ctx.Lock(), ctx=ctx)


get_context = with_condition(_Condition)
