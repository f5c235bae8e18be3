"""Barrier: abort tells those who wait, and nobody else.

Breaks: after abort, those who come later get BrokenBarrierError (BARRIER-ABORT).
The mistake: it is written as a reset.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def abort(self):
        self.reset()


get_context = with_barrier(_Barrier)
