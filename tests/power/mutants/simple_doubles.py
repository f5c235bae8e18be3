"""SimpleQueue: one item of 300 is written twice.

Breaks: an item that is put once is got at most once (SIMPLE-EXACTLY-ONCE).
The mistake: a write that was interrupted is repeated, although it had been done.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import random
from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.SimpleQueue):
    def put(self, obj):
        super().put(obj)
        if random.random() < 1 / 300:
            super().put(obj)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, SimpleQueue=lambda real: _Queue(ctx=real))
