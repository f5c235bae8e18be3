"""Queue: a consumer gives back the slots of two items at a time.

Breaks: a put waits until a slot is free, then goes on (QUEUE-BLOCKING-PUT).
The mistake: a saving of system calls; nobody thought of a producer that waits for the first of the two.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.queue_support import Slots
from mutants.support import Context


class _Pairs(Slots):
    _owed = 0

    def release(self):
        self._owed += 1
        if self._owed == 2:
            self._owed = 0
            super().release()
            super().release()


class _Queue(queues.Queue):
    def __init__(self, maxsize=0, *, ctx):
        super().__init__(maxsize, ctx=ctx)
        self._sem = _Pairs(self._sem)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
