"""Queue: all queues of a program write under one lock.

Breaks: a process that is killed while it uses one queue leaves every other queue as it was
(QUEUE-KILL-APART).
The mistake: a lock that is made once for the module, to save a semaphore for each queue.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context

_locks = {}


class _Queue(queues.Queue):
    def __init__(self, maxsize, ctx):
        super().__init__(maxsize, ctx=ctx)
        self._wlock = _locks.setdefault(ctx.get_start_method(), self._wlock)
        self._reset()


def get_context(method=None):
    """Return the context of *method*, whose queues share a lock."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
