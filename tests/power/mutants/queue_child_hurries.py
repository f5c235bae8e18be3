"""Queue: a forked child does not wait until its items are sent, if its parent had some on their way.

Breaks: a process that is started while items are on their way puts and ends as any other (QUEUE-FORK-FEEDER).
The mistake: the state of the feeding thread is copied, and looks as if it had been cancelled.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def _reset(self, after_fork=False):
        busy = after_fork and bool(self._buffer)
        super()._reset(after_fork)
        self._joincancelled = busy


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
