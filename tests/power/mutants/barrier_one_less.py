"""Barrier: it opens when one party is missing.

Breaks: a wait returns only when as many processes wait as there are parties (BARRIER-BLOCKS).
The mistake: the count is compared before it is raised.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def _wait(self, timeout):
        if self._count < self._parties - 1:
            super()._wait(timeout)


get_context = with_barrier(_Barrier)
