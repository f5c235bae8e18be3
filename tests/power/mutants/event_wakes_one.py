"""Event: a set wakes one of those who wait.

Breaks: a set ends the wait of every process that waits (EVENT-WAKES).
The mistake: notify in the place of notify_all; with one who waits, there is no difference.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_event


class _Event(synchronize.Event):
    def set(self):
        with self._cond:
            self._flag.acquire(False)
            self._flag.release()
            self._cond.notify()


get_context = with_event(_Event)
