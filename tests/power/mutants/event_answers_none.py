"""Event: a wait returns None.

Breaks: a wait returns True (EVENT-WAIT-ANSWER).
The mistake: the answer came with Python 3.1, and was forgotten here.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_event


class _Event(synchronize.Event):
    def wait(self, timeout=None):
        super().wait(timeout)


get_context = with_event(_Event)
