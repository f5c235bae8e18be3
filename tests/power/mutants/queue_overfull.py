"""Queue: a bounded queue takes one item more than its maxsize.

Breaks: a queue of maxsize n never holds more than n items (QUEUE-CAPACITY).
The mistake: the bound is checked before the item in hand is counted.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


def _queue(real, maxsize=0):
    return real.Queue(maxsize + 1 if maxsize > 0 else maxsize)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=_queue)
