"""Queue: cancel_join_thread has no effect on a feeder that runs.

Breaks: a process that has called cancel_join_thread ends without waiting for the flush (QUEUE-CANCEL-JOIN).
The mistake: a flag that is looked at only where the thread is started.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def cancel_join_thread(self):
        self._joincancelled = True


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
