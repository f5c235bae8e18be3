"""SimpleQueue: once in 100 times a get hands out the second item before the first.

Breaks: items that one process puts are got in the order in which it put them (SIMPLE-FIFO).
The mistake: a reader that takes two items at once when it can, and has them on a stack.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import random
from multiprocessing import connection, get_all_start_methods, queues, reduction, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.SimpleQueue):
    _held = ()

    def get(self):
        if not self._held:
            with self._rlock:
                self._held = (self._reader.recv_bytes(),)
                if random.random() < 1 / 100 and self._poll():
                    self._held += (self._reader.recv_bytes(),)
        *self._held, newest = self._held
        return reduction.ForkingPickler.loads(newest)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, SimpleQueue=lambda real: _Queue(ctx=real))
