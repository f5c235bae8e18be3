"""Barrier: parties does not count the one who asks.

Breaks: parties is the number that the barrier was made with (BARRIER-PARTIES).
The mistake: it is the number of those who are waited for.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    @property
    def parties(self):
        return self._parties - 1


get_context = with_barrier(_Barrier)
