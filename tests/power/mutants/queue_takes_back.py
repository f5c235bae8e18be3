"""Queue: a put appends its item first, waits for a slot then, and takes the item back if there is none.

Breaks: what is got was put; a put that raised Full has put nothing (QUEUE-NO-INVENTION).
The mistake: the feeder does not know that the item is there on approval, and may have sent it.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import contextlib
from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401
from queue import Full

from mutants.support import Context


class _Queue(queues.Queue):
    def put(self, obj, block=True, timeout=None):
        if self._closed:
            raise ValueError("the queue is closed")
        with self._notempty:
            if self._thread is None:
                self._start_thread()
            self._buffer.append(obj)
        if not self._sem.acquire(block, timeout):
            with contextlib.suppress(ValueError):
                self._buffer.remove(obj)
            raise Full
        with self._notempty:
            self._notempty.notify()


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
