"""Event: a clear wakes those who wait, and they do not look.

Breaks: a wait returns True only if the flag was set (EVENT-WAIT-BLOCKS).
The mistake: set and clear are one function, that notifies in both cases.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_event


class _Event(synchronize.Event):
    def clear(self):
        with self._cond:
            self._flag.acquire(False)
            self._cond.notify_all()

    def wait(self, timeout=None):
        with self._cond:
            if self._flag.acquire(False):
                self._flag.release()
                return True
            return self._cond.wait(timeout)


get_context = with_event(_Event)
