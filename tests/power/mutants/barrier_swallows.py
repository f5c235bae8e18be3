"""Barrier: an action that raises is taken for one that did not.

Breaks: an action that raises breaks the barrier (BARRIER-ACTION-FAILS).
The mistake: a function of the user must not stop a barrier, the author thought.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def _release(self):
        try:
            if self._action:
                self._action()
        except Exception:  # noqa: BLE001
            pass
        self._state = 1
        self._cond.notify_all()


get_context = with_barrier(_Barrier)
