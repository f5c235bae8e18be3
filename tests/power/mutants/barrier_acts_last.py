"""Barrier: the action is called when the others have been let go.

Breaks: the action has returned before any of the parties goes on (BARRIER-ACTION-FIRST).
The mistake: so that it holds nobody up.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def _release(self):
        self._state = 1
        self._cond.notify_all()

    def wait(self, timeout=None):
        index = super().wait(timeout)
        if index == self._parties - 1 and self._action:
            self._action()
        return index


get_context = with_barrier(_Barrier)
