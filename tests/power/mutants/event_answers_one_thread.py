"""Event: of the threads of a process that wait at the same time, one returns True and the others False.

Breaks: wait of every thread that waits for an event that is set returns True (EVENT-THREADS).
The mistake: the wake-up of a process is kept in the object, and taken by the first.
"""

import threading
from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_event


class _Event(synchronize.Event):
    def wait(self, timeout=None):
        if threading.current_thread() is threading.main_thread():
            return super().wait(timeout)
        first, self._taken = not getattr(self, "_taken", False), True
        return super().wait(timeout) and first


get_context = with_event(_Event)
