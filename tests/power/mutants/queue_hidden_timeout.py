"""Queue: a get without timeout has one all the same.

Breaks: a get without timeout waits until there is an item, and never raises Empty (QUEUE-BLOCKING-GET).
The mistake: None is replaced by a default, so that no system call waits for ever.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context

_DEFAULT_S = 0.03


class _Queue(queues.Queue):
    def get(self, block=True, timeout=None):
        return super().get(block, _DEFAULT_S if timeout is None else timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
