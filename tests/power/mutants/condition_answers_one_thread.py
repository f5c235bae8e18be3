"""Condition: of the threads of a process that wait at the same time, only the first that wakes is told so.

Breaks: wait of every thread that is notified returns True (COND-THREADS).
The mistake: what a process was told is kept in the object, and taken by the first.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_condition


class _Condition(synchronize.Condition):
    _waiting, _told = 0, True

    def wait(self, timeout=None):
        self._waiting += 1  # Under the lock.
        try:
            woken = super().wait(timeout)
        finally:
            self._waiting -= 1
        told, self._told = self._told, not self._waiting
        return woken and told


get_context = with_condition(_Condition)
