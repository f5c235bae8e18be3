"""SimpleQueue: a get to which nothing comes returns None.

Breaks: nothing is got that was not put (SIMPLE-NO-INVENTION).
The mistake: an inner timeout, so that no system call waits for ever, and a result that nobody looks at.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, reduction, shared_memory  # noqa: F401

from mutants.support import Context

_PATIENCE_S = 0.02


class _Queue(queues.SimpleQueue):
    def get(self):
        with self._rlock:
            data = self._reader.recv_bytes() if self._poll(_PATIENCE_S) else None
        return None if data is None else reduction.ForkingPickler.loads(data)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, SimpleQueue=lambda real: _Queue(ctx=real))
