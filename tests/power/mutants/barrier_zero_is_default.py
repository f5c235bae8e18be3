"""Barrier: a wait with a timeout of zero waits for as long as the barrier's own timeout says, or for ever.

Breaks: a wait with a timeout breaks the barrier when its time is over (BARRIER-TIMEOUT).
The mistake: ``timeout or self._timeout``.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_barrier


class _Barrier(synchronize.Barrier):
    def wait(self, timeout=None):
        return super().wait(timeout or self._timeout)


get_context = with_barrier(_Barrier)
