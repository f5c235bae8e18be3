"""Event: the flag is looked at without the lock, before the wait.

Breaks: a set ends the wait of every process that waits (EVENT-WAKES).
The mistake: between the look and the wait, the set comes and wakes nobody.  A race.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_event


class _Event(synchronize.Event):
    def wait(self, timeout=None):
        if self._flag.acquire(False):
            self._flag.release()
            return True
        with self._cond:
            return self._cond.wait(timeout)


get_context = with_event(_Event)
