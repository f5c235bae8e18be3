"""Queue: a slot is given back only if the queue is full.

Breaks: a put raises Full only if no slot was free (QUEUE-FULL-HONEST).
The mistake: the semaphore is taken for a signal, which is of use only if somebody can be waiting for it.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.queue_support import Slots
from mutants.support import Context


class _WhenFull(Slots):
    def release(self):
        if self._semlock._is_zero():
            super().release()


class _Queue(queues.Queue):
    def __init__(self, maxsize=0, *, ctx):
        super().__init__(maxsize, ctx=ctx)
        self._sem = _WhenFull(self._sem)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
