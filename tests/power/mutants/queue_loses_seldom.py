"""Queue: one item of 1,000 is not sent.

Breaks: an item that was put is there for a consumer to get (QUEUE-NO-LOSS).
The mistake: a reader that meets an interrupted system call starts over, with what it had read thrown away.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import random
from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def put(self, obj, block=True, timeout=None):
        if self._closed or random.random() > 1 / 1000:
            super().put(obj, block, timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
