"""Queue: to a process that has closed it, the queue is empty.

Breaks: a get from a queue that the same process has closed raises ValueError (QUEUE-CLOSED-GET).
The mistake: closed is taken for a kind of empty.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401
from queue import Empty

from mutants.support import Context


class _Queue(queues.Queue):
    def get(self, block=True, timeout=None):
        if self._closed:
            raise Empty
        return super().get(block, timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
