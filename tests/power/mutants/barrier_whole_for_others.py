"""Barrier: broken is True only where the barrier was broken.

Breaks: broken is True if the barrier is broken (BARRIER-BROKEN).
The mistake: what it tells is kept in each process.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    _own = False

    def _break(self):
        self._own = True
        super()._break()

    @property
    def broken(self):
        return self._own and super().broken


get_context = with_barrier(_Barrier)
