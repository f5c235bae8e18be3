"""Event: it is set when it is made.

Breaks: an event is clear until it is set (EVENT-CLEAR).
The mistake: the semaphore begins with one, as that of a lock.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_event


class _Event(synchronize.Event):
    def __init__(self, *, ctx):
        super().__init__(ctx=ctx)
        self._flag.release()


get_context = with_event(_Event)
