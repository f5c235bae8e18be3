"""JoinableQueue: its put, written anew to count tasks, has forgotten the bound.

Breaks: a queue of maxsize n never holds more than n items (QUEUE-CAPACITY).
The mistake: a method that is overridden does only what it is overridden for.
"""

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _JoinableQueue(queues.JoinableQueue):
    def __init__(self, maxsize=0, *, ctx):
        super().__init__(0, ctx=ctx)


def get_context(method=None):
    """Return the context of *method*, whose joinable queues are never full."""
    return Context(method, JoinableQueue=lambda real, maxsize=0: _JoinableQueue(maxsize, ctx=real))
