"""Queue: a get that is not to wait looks whether an item is there, and then waits for it.

Breaks: a call that is not to wait ends although nothing ever comes (QUEUE-NOWAIT).
The mistake: between the look and the get another consumer takes the item.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401
from queue import Empty

from mutants.support import Context


class _Queue(queues.Queue):
    def get(self, block=True, timeout=None):
        if not block and not self._closed and self.empty():
            raise Empty
        return super().get(True, timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
