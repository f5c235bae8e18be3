"""Queue: a consumer now and then gets two neighbouring items in the wrong order.

Breaks: items that one process put are got in the order it put them (QUEUE-FIFO).
The mistake: a reader that prefetches, and hands out the newer item first.
"""

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401
from queue import Empty

from mutants.support import Context


class _Queue(queues.Queue):
    _held = None

    def get(self, block=True, timeout=None):
        if self._held is not None:
            item, self._held = self._held, None
            return item
        first = super().get(block, timeout)
        try:
            second = super().get(False)
        except Empty:
            return first
        self._held = first
        return second


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
