"""SimpleQueue: it is a Queue, with a buffer and a thread.

Breaks: empty is False as soon as a put has returned (SIMPLE-EMPTY).
The mistake: a Queue can do all that a SimpleQueue can, and nobody asked when.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, SimpleQueue=lambda real: real.Queue())
