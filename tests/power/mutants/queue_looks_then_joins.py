"""JoinableQueue: a join looks at the count first, and only then takes the lock in order to wait.

Breaks: join returns, to everyone who waits, when the last item has been marked done (JOINABLE-RETURNS).
The mistake: the last task_done may come between the two, and then nobody will notify any more.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.JoinableQueue):
    def join(self):
        if not self._unfinished_tasks._semlock._is_zero():
            with self._cond:
                self._cond.wait()


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, JoinableQueue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
