"""Event: a timeout is cut to hundredths of a second, less one.

Breaks: a wait returns False only if its time is over (EVENT-WAIT-ANSWER).
The mistake: the time is counted in ticks, and the tick that has begun is counted as a whole one.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_event


class _Event(synchronize.Event):
    def wait(self, timeout=None):
        if timeout is not None:
            timeout = max(0, int(timeout * 100) - 1) / 100
        return super().wait(timeout)


get_context = with_event(_Event)
