"""Queue: a get with a timeout of zero raises Empty without a look at the queue.

Breaks: a get raises Empty only if no item was available (QUEUE-EMPTY-HONEST).
The mistake: the clock is looked at before the pipe, and the time is over before anything was done.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401
from queue import Empty

from mutants.support import Context


class _Queue(queues.Queue):
    def get(self, block=True, timeout=None):
        if not self._closed and block and timeout is not None and timeout <= 0:
            raise Empty
        return super().get(block, timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
