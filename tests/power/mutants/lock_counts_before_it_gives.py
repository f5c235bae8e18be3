"""Semaphore: its value is counted by itself, and counted up before a release takes effect.

Breaks: all answers taken together have one order (LOCK-ORDER): who was told that there is one left, is then
refused, though nobody took it.
The mistake: two counters of one thing, which do not change at once.  A race, of some instructions.
"""

from multiprocessing import connection, get_all_start_methods, shared_memory  # noqa: F401

from mutants.lock_support import Semaphore
from mutants.support import Context


class _Semaphore(Semaphore):
    def __init__(self, real, value=1):
        super().__init__(real.Semaphore(value))
        self._guard = real.Lock()
        self._count = real.RawValue("l", value)

    def acquire(self, block=True, timeout=None):
        got = super().acquire(block, timeout)
        if got:
            with self._guard:
                self._count.value -= 1
        return got

    def release(self):
        with self._guard:
            self._count.value += 1
        super().release()

    def get_value(self):
        with self._guard:
            return max(0, self._count.value)


def get_context(method=None):
    """Return the context of *method*, whose semaphores count before they give."""
    return Context(method, Semaphore=_Semaphore)
