"""JoinableQueue: the last task_done wakes one of those who join.

Breaks: join returns, to everyone who waits, when the last item has been marked done (JOINABLE-RETURNS).
The mistake: notify where notify_all is needed; with one joiner there is no difference.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.JoinableQueue):
    def task_done(self):
        with self._cond:
            if not self._unfinished_tasks.acquire(False):
                raise ValueError("task_done() called too many times")
            if self._unfinished_tasks._semlock._is_zero():
                self._cond.notify()


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, JoinableQueue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
