"""Queue: a put that finds the feeder behind sends the oldest item of the buffer itself.

Breaks: items that one process puts are got in the order in which it put them (QUEUE-FIFO).
The mistake: the feeder may have taken an older item out of the buffer, and not be through with pickling it.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import contextlib
from multiprocessing import connection, get_all_start_methods, queues, reduction, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def put(self, obj, block=True, timeout=None):
        super().put(obj, block, timeout)
        if len(self._buffer) > 1:
            with contextlib.suppress(IndexError):
                oldest = reduction.ForkingPickler.dumps(self._buffer.popleft())
                with self._wlock:
                    self._send_bytes(oldest)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
