"""Queue: a consumer gets every second item twice.

Breaks: an item that is put once is got at most once (QUEUE-EXACTLY-ONCE).
The mistake: a reader that remembers what it has read, and forgets to forget it.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    _count = 0
    _last = None

    def get(self, block=True, timeout=None):
        if self._last is not None and self._count % 2 == 0:
            item, self._last = self._last, None
            return item
        item = super().get(block, timeout)
        self._count += 1
        self._last = item
        return item


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
