"""Errors: a queue that is empty raises an Empty of its own.

Breaks: it raises the Empty of the module queue (ERRORS-QUEUES).
The mistake: the module should not depend on queue, and has two short classes instead.
"""

import queue

from mutants.context_support import replaced


class Empty(Exception):
    """One that is not queue.Empty."""


def _make_queue(real, maxsize=0):
    made = real.Queue(maxsize)
    original = made.get

    def get(block=True, timeout=None):
        try:
            return original(block, timeout)
        except queue.Empty:
            raise Empty from None

    made.get, made.get_nowait = get, lambda: get(block=False)
    return made


replaced(__name__, Queue=_make_queue)
