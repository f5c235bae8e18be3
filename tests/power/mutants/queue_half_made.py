"""Queue: a queue for which something is lacking is returned half made.

Breaks: a queue for which descriptors are lacking is made, or refused with OSError (QUEUE-SHORTAGE).
The mistake: the failure is only logged, since "it will work the next time".
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory, util  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def __init__(self, maxsize, ctx):
        try:
            super().__init__(maxsize, ctx=ctx)
        except OSError as error:
            util.info("cannot make the queue: %s", error)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
