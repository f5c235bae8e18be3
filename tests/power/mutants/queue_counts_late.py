"""JoinableQueue: a put counts its item when it has handed it to the feeder.

Breaks: task_done never raises ValueError while items that were put are not marked done (JOINABLE-TASK-DONE).
The mistake: a fast consumer has got the item, and done its task, before it is counted.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.JoinableQueue):
    def put(self, obj, block=True, timeout=None):
        queues.Queue.put(self, obj, block, timeout)
        with self._cond:
            self._unfinished_tasks.release()


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, JoinableQueue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
