"""Condition: a notify is lost while one who was woken by the one before has not come back.

Breaks: the calls of a condition have an order that explains them (COND-ORDER).
The mistake: that there is somebody to wake is a flag, not a number.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    def __init__(self, lock=None, *, ctx):
        super().__init__(lock, ctx=ctx)
        self._flag = ctx.Semaphore(1)

    def __getstate__(self):
        return super().__getstate__(), self._flag

    def __setstate__(self, state):
        state, self._flag = state
        super().__setstate__(state)

    def _sleepers(self):
        return self._sleeping_count._semlock._get_value() - self._woken_count._semlock._get_value()

    def notify(self, n=1):
        if not self._sleepers() or self._flag.acquire(False):
            super().notify(n)

    def notify_all(self):
        super().notify(self._sleepers())

    def wait(self, timeout=None):
        woken = super().wait(timeout)
        if woken:
            self._flag.acquire(False)
            self._flag.release()
        return woken


get_context = with_condition(_Condition)
