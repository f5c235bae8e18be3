"""Queue: a put into a closed queue is accepted, and goes nowhere.

Breaks: a put into a queue that the same process has closed raises ValueError (QUEUE-CLOSED-PUT).
The mistake: a late put is taken for one that the feeder has simply no time for.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def put(self, obj, block=True, timeout=None):
        if not self._closed:
            super().put(obj, block, timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
