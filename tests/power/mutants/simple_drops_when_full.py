"""SimpleQueue: a put that finds the pipe full drops its item.

Breaks: an item whose put has returned is there for a consumer to get (SIMPLE-NO-LOSS).
The mistake: the writing end does not block, and the error is taken for one that can be passed over.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import select
from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.SimpleQueue):
    def put(self, obj):
        if select.select([], [self._writer], [], 0)[1]:
            super().put(obj)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, SimpleQueue=lambda real: _Queue(ctx=real))
