"""Queue: items that threads put are sent in pairs, the newer one first.

Breaks: each producer's items come in its order (QUEUE-THREADS).
The mistake: a buffer for the items of other threads is a stack.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import threading
from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    _held = ()

    def put(self, obj, block=True, timeout=None):
        if threading.current_thread() is threading.main_thread():
            super().put(obj, block, timeout)
            return
        self._held = (obj, *self._held)
        if len(self._held) > 1:
            held, self._held = self._held, ()
            for one in held:
                super().put(one, block, timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
