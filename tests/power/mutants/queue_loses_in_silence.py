"""Queue: an item that cannot be pickled is dropped, and nobody is told.

Breaks: the traceback stands on stderr (QUEUE-UNPICKLABLE-TOLD).
The mistake: the hook for errors of the thread that sends is empty.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    @staticmethod
    def _on_queue_feeder_error(e, obj):
        pass


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
