"""Event: every hundredth time that a process looks at an event, it is clear.

Breaks: is_set tells what the sets and clears made of the flag (EVENT-FLAG).
The mistake: stands for one that shows in few looks, in any process: it takes many at an event that is set.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_event


class _Event(synchronize.Event):
    looks = 0

    def is_set(self):
        _Event.looks += 1
        return super().is_set() and _Event.looks % 100 != 0


get_context = with_event(_Event)
