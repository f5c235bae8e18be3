"""Queue: each process has a lock of its own for writing to the pipe.

Breaks: no operation on a queue raises an exception that the documentation does not name (QUEUE-ERRORS).
The mistake: a lock between threads where one between processes is needed; the system itself keeps
small messages apart.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import threading
from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def _reset(self, after_fork=False):
        super()._reset(after_fork)
        self._wlock = threading.Lock()

    def __getstate__(self):
        return tuple(None if part is self._wlock else part for part in super().__getstate__())


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
