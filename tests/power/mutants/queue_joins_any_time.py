"""Queue: join_thread of a queue that is not closed returns, and has done nothing.

Breaks: join_thread before close is an error (QUEUE-JOIN-THREAD-ORDER).
The mistake: the check is an assertion, and somebody wanted to have the same behaviour with python -O.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def join_thread(self):
        if self._closed:
            super().join_thread()


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
