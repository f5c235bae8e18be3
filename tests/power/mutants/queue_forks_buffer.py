"""Queue: a forked child inherits what its parent had not flushed yet, and sends it too.

Breaks: an item that is put once is got at most once (QUEUE-EXACTLY-ONCE).
The mistake: the buffer is an attribute like all others, and nobody empties it after a fork.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    _inherited = ()

    def _reset(self, after_fork=False):
        if after_fork:
            self._inherited = tuple(self._buffer)
        super()._reset(after_fork)

    def _start_thread(self):
        super()._start_thread()
        self._buffer.extend(self._inherited)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
