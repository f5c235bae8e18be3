"""Event: a set of an event that is set waits until it is cleared.

Breaks: set returns (EVENT-CALLS-RETURN).
The mistake: the flag is a lock: to set it is to acquire it.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_event


class _Event(synchronize.Event):
    def set(self):
        with self._cond:
            while not self._flag._semlock._is_zero():
                self._cond.wait()
            self._flag.release()
            self._cond.notify_all()

    def clear(self):
        with self._cond:
            self._flag.acquire(False)
            self._cond.notify_all()


get_context = with_event(_Event)
