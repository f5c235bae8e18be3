"""Queue: a put waits until qsize is below the bound, and then puts.

Breaks: a queue of maxsize n never holds more than n items at once (QUEUE-CAPACITY).
The mistake: two producers count the same free slot, and both take it.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import time
from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401
from queue import Full

from mutants.support import Context


class _Queue(queues.Queue):
    def __init__(self, maxsize=0, *, ctx):
        super().__init__(ctx=ctx)
        self._bound = maxsize

    def __getstate__(self):
        return super().__getstate__(), self._bound

    def __setstate__(self, state):
        real, self._bound = state
        super().__setstate__(real)

    def put(self, obj, block=True, timeout=None):
        deadline = None if timeout is None else time.monotonic() + timeout
        while self.full() and not self._closed:
            if not block or (deadline is not None and time.monotonic() >= deadline):
                raise Full
            time.sleep(0.001)
        super().put(obj)

    def full(self):
        return 0 < self._bound <= self.qsize()


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
