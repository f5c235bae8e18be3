"""Queue: a get that is not to wait raises BlockingIOError if another process is reading.

Breaks: no operation on a queue raises an exception that the documentation does not name (QUEUE-ERRORS).
The mistake: the error of the lock is passed on; with a single consumer it never comes.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def get(self, block=True, timeout=None):
        if not block:
            if not self._rlock.acquire(False):
                raise BlockingIOError("another process is reading")
            self._rlock.release()
        return super().get(block, timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
