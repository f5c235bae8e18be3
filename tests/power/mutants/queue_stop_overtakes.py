"""Queue: at the end of its process the feeder stops at once, whatever is still in the buffer.

Breaks: a process that puts items and ends normally loses none of them (QUEUE-EXIT-FLUSH).
The mistake: the sign to stop goes in at the end of the buffer at which the feeder takes out.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory, util  # noqa: F401

from mutants.support import Context


def _stop(buffer, notempty):
    with notempty:
        buffer.appendleft(queues._sentinel)
        notempty.notify()


class _Queue(queues.Queue):
    def _start_thread(self):
        super()._start_thread()
        self._close.cancel()
        self._close = util.Finalize(self, _stop, [self._buffer, self._notempty], exitpriority=10)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
