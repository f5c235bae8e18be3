"""SimpleQueue: a get of a large item holds the lock for each piece of it, not for all of them.

Breaks: no operation on an open SimpleQueue raises an exception (SIMPLE-ERRORS).
The mistake: a large item was not to keep other readers waiting.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import struct
from multiprocessing import connection, get_all_start_methods, queues, reduction, shared_memory  # noqa: F401

from mutants.support import Context

_PIECE = 65536


class _Queue(queues.SimpleQueue):
    def get(self):
        with self._rlock:
            (size,) = struct.unpack("!i", self._reader._recv(4).getvalue())
            data = self._piece(size)
        while len(data) < size:
            with self._rlock:
                data += self._piece(size - len(data))
        return reduction.ForkingPickler.loads(data)

    def _piece(self, left):
        return self._reader._recv(min(left, _PIECE)).getvalue()


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, SimpleQueue=lambda real: _Queue(ctx=real))
