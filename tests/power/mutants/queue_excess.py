"""JoinableQueue: task_done called more often than items were put is accepted.

Breaks: task_done raises ValueError if it is called too often (JOINABLE-EXCESS).
The mistake: a count that stops at zero, instead of refusing to go below.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import contextlib
from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.JoinableQueue):
    def task_done(self):
        with contextlib.suppress(ValueError):
            super().task_done()


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, JoinableQueue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
