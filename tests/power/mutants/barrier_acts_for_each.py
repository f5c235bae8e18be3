"""Barrier: every party calls the action.

Breaks: the action is called exactly once in each generation (BARRIER-ACTION-ONCE).
The mistake: it stands where all come by.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def wait(self, timeout=None):
        index = super().wait(timeout)
        if index and self._action:
            self._action()
        return index


get_context = with_barrier(_Barrier)
