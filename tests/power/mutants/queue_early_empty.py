"""Queue: a get with a timeout gives up after half of it.

Breaks: a get raises Empty not before its timeout has passed (QUEUE-GET-TIMEOUT).
The mistake: the wait for the lock and the wait for the item are each given one half.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def get(self, block=True, timeout=None):
        return super().get(block, timeout and timeout / 2)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
