"""Queue: an item that cannot be pickled keeps its slot for ever.

Breaks: such an item frees the slot that it had (QUEUE-UNPICKLABLE-SLOT).
The mistake: slots are given back by get alone, and nobody ever gets this item.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import threading
from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.queue_support import Slots
from mutants.support import Context


class _Slots(Slots):
    def release(self):
        if threading.current_thread() is threading.main_thread():
            super().release()


class _Queue(queues.Queue):
    def __init__(self, maxsize=0, *, ctx):
        super().__init__(maxsize, ctx=ctx)
        self._sem = _Slots(self._sem)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
