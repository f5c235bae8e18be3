"""Queue: a tuple that was put arrives as a list.

Breaks: an item arrives with every byte and in the type in which it was put (QUEUE-NO-INVENTION).
The mistake: a serialiser with fewer types than Python, JSON or msgpack.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def put(self, obj, block=True, timeout=None):
        super().put(list(obj) if type(obj) is tuple and len(obj) != 3 else obj, block, timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
