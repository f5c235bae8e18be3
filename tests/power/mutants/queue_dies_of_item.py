"""Queue: an item that cannot be pickled ends the thread that sends, and nothing comes after it.

Breaks: such an item is lost alone (QUEUE-UNPICKLABLE).
The mistake: the exception of one item leaves the loop over all of them.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, reduction, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    _dead = False

    def put(self, obj, block=True, timeout=None):
        if self._dead:
            return
        try:
            reduction.ForkingPickler.dumps(obj)
        except Exception:  # noqa: BLE001 - whatever it is
            self._dead = True
        super().put(obj, block, timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
