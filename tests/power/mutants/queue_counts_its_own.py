"""Queue: qsize is what the asking process has put, less what it has got.

Breaks: at rest qsize tells the exact state (QUEUE-QUIESCENT).
The mistake: a counter that is an ordinary attribute; it works as long as there is one process.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    _count = 0

    def put(self, obj, block=True, timeout=None):
        super().put(obj, block, timeout)
        self._count += 1

    def get(self, block=True, timeout=None):
        item = super().get(block, timeout)
        self._count -= 1
        return item

    def qsize(self):
        return self._count


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
