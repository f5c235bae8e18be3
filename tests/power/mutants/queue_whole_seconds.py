"""Queue: a put waits whole seconds only; the rest of its timeout is cut off.

Breaks: a put with a timeout raises Full not before that time has passed (QUEUE-PUT-TIMEOUT).
The mistake: a timeout that is converted for a system call which counts in seconds.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def put(self, obj, block=True, timeout=None):
        super().put(obj, block, timeout and int(timeout))


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
