"""Barrier: n_waiting is the most that one process has ever seen waiting.

Breaks: n_waiting counts nobody who does not wait (BARRIER-N-WAITING).
The mistake: the number is raised where it is read, and never lowered.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    _most = 0

    @property
    def n_waiting(self):
        self._most = max(self._most, super().n_waiting)
        return self._most


get_context = with_barrier(_Barrier)
