"""JoinableQueue: once in 200 times a task_done counts twice.

Breaks: join returns only when every item has been marked done (JOINABLE-WAITS).
The mistake: a call that was interrupted is repeated, although it had been counted.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import contextlib
import random
from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.JoinableQueue):
    def task_done(self):
        super().task_done()
        if random.random() < 1 / 200:
            with contextlib.suppress(ValueError):
                super().task_done()


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, JoinableQueue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
