"""Queue: each process silently drops every fourth item that it puts.

Breaks: an item that was put is there for a consumer to get (QUEUE-NO-LOSS).
The mistake: a buffer that is swapped while its last item is still being appended.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    _count = 0

    def put(self, obj, block=True, timeout=None):
        self._count += 1
        if self._count % 4:
            super().put(obj, block, timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
