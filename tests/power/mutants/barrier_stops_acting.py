"""Barrier: the action is not called any more after three generations.

Breaks: the action is called exactly once in each generation (BARRIER-ACTION-ONCE).
The mistake: the number of generations is kept in two bits, with a mark for the first time.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    _passed = 0

    def wait(self, timeout=None):
        self._passed += 1
        return super().wait(timeout)

    def _release(self):
        action = self._action
        if self._passed > 3:
            self._action = None
        try:
            super()._release()
        finally:
            self._action = action


get_context = with_barrier(_Barrier)
