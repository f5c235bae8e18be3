"""Queue: a negative maxsize is taken without its sign.

Breaks: a queue that is made with less than 0 is never full (QUEUE-UNBOUNDED).
The mistake: the check was for zero only.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def __init__(self, maxsize=0, *, ctx):
        super().__init__(abs(maxsize), ctx=ctx)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
