"""Barrier: a reset breaks the wait of those for whom the barrier has opened, if they have not yet left.

Breaks: what all calls gave has an order: who has passed is not told of a reset by another one who has passed
with it, and returned (BARRIER-ORDER).
The mistake: whoever is counted as being inside is taken for one who waits.  A race: a party must be on its
way out.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def reset(self):
        with self._cond:
            self._state = -1 if self._count > 0 else 0
            self._cond.notify_all()


get_context = with_barrier(_Barrier)
