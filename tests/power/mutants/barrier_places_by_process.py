"""Barrier: threads of one process that wait at the same time get the same place.

Breaks: each party of a barrier, thread or process, gets a place of its own (BARRIER-THREADS).
The mistake: a place is kept by process id.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self._inside, self._place = 0, None

    def wait(self, timeout=None):
        with self._cond:
            self._inside += 1
        place = super().wait(timeout)
        with self._cond:
            self._place = place if self._place is None else self._place
            place = self._place
            self._inside -= 1
            if not self._inside:
                self._place = None
        return place


get_context = with_barrier(_Barrier)
