"""Queue: get takes an item that cannot be unpickled for none at all.

Breaks: what an item raises while it is unpickled is raised by get (QUEUE-LOAD-ERROR).
The mistake: the exception is caught where that of an empty queue is.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import queue
from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def get(self, block=True, timeout=None):
        try:
            return super().get(block, timeout)
        except ValueError:
            raise queue.Empty from None


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
