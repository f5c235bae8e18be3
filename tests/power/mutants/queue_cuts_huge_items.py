"""Queue: of an item of more than 16 MiB the first 16 MiB arrive.

Breaks: an item of many megabytes arrives with every byte (QUEUE-HUGE).
The mistake: its length is written in three bytes.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.Queue):
    def put(self, obj, block=True, timeout=None):
        if isinstance(obj, bytes) and len(obj) > 1 << 24:
            obj = obj[: 1 << 24]
        super().put(obj, block, timeout)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
