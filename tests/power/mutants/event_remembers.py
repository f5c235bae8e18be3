"""Event: who has seen it set need not look again.

Breaks: is_set tells what the sets and clears made of the flag (EVENT-FLAG).
The mistake: a cache for the common case, in which an event is set once.
"""

from multiprocessing import get_all_start_methods, synchronize  # noqa: F401

from mutants.condition_support import with_event


class _Event(synchronize.Event):
    def is_set(self):
        if not getattr(self, "_seen", False):
            self._seen = super().is_set()
        return self._seen


get_context = with_event(_Event)
