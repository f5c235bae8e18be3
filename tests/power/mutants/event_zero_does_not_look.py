"""Event: a wait with a timeout of zero returns False at once.

Breaks: a wait does not return False if the flag was set before (EVENT-WAIT-SEES).
The mistake: time is asked for before the flag.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_event


class _Event(synchronize.Event):
    def wait(self, timeout=None):
        if timeout is not None and timeout <= 0:
            return False
        return super().wait(timeout)


get_context = with_event(_Event)
