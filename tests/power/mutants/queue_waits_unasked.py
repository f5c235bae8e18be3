"""Queue: a get that is not to block, but is given a timeout, waits for that.

Breaks: with block=False a get does not wait (QUEUE-NOWAIT): "timeout is ignored in that case".
The mistake: whoever gives a timeout is thought to be ready to wait.
"""

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def get(self, block=True, timeout=None):
        return super().get(block or bool(timeout), timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
