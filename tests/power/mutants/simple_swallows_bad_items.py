"""SimpleQueue: put of what cannot be pickled returns as if nothing were wrong.

Breaks: put raises if the item cannot be pickled (SIMPLE-UNPICKLABLE).
The mistake: it does as Queue does, whose put cannot know.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context


class _Queue(queues.SimpleQueue):
    def put(self, obj):
        try:
            super().put(obj)
        except Exception:  # noqa: BLE001 - whatever it is
            return


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, SimpleQueue=lambda real: _Queue(ctx=real))
