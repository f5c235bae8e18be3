"""JoinableQueue: join returns when the last task is taken, not when it is done.

Breaks: join returns only when every item has been marked done (JOINABLE-WAITS).
The mistake: an empty queue is taken for one whose tasks are done.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import time
from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.JoinableQueue):
    def join(self):
        while self.qsize():
            time.sleep(0.001)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, JoinableQueue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
