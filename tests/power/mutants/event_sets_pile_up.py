"""Event: if two set it at the same moment, one clear is not enough.

Breaks: is_set tells what the sets and clears made of the flag (EVENT-FLAG).
The mistake: set looks whether the event is set, and then releases the semaphore that is its flag; between
the two another one does the same.  A race.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_event


class _Event(synchronize.Event):
    def set(self):
        if self.is_set():
            return
        with self._cond:
            self._flag.release()
            self._cond.notify_all()


get_context = with_event(_Event)
