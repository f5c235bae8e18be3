"""Queue: a put wakes the feeder only if the buffer was empty when it began.

Breaks: every operation on a queue that must end ends (QUEUE-PROGRESS).
The mistake: while the put waits for a slot the feeder empties the buffer, and goes to sleep.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401
from queue import Full

from mutants.support import Context


class _Queue(queues.Queue):
    def put(self, obj, block=True, timeout=None):
        if self._closed:
            raise ValueError("the queue is closed")
        asleep = not self._buffer
        if not self._sem.acquire(block, timeout):
            raise Full
        with self._notempty:
            if self._thread is None:
                self._start_thread()
            self._buffer.append(obj)
            if asleep:
                self._notempty.notify()


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
