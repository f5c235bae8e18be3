"""Queue: join_thread returns at once, and the thread takes its time.

Breaks: after close, join_thread returns only when all is flushed (QUEUE-JOIN-THREAD).
The mistake: the thread to join is looked up where it is not kept, and None is taken for done.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import time
from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Writer:
    """A connection that writes a moment later, as a busy machine may do."""

    def __init__(self, send_bytes):
        self._send_bytes = send_bytes

    def __call__(self, data):
        time.sleep(0.01)
        self._send_bytes(data)


class _Queue(queues.Queue):
    def _reset(self, after_fork=False):
        super()._reset(after_fork)
        self._send_bytes = _Writer(self._writer.send_bytes)

    def join_thread(self):
        assert self._closed, "Queue is not closed"


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
