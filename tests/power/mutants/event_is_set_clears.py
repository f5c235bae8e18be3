"""Event: one time in a hundred that somebody looks at an event, it is clear.

Breaks: is_set tells what the sets and clears made of the flag (EVENT-FLAG).
The mistake: stands for one that shows in few looks, in any process: it takes many at an event that is set.
"""

import random
from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_event

_chance = random.SystemRandom()


class _Event(synchronize.Event):
    def is_set(self):
        return super().is_set() and _chance.randrange(100) != 0


get_context = with_event(_Event)
