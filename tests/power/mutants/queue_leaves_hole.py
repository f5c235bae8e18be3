"""Queue: of an item of more than 128 KiB a page in the middle is not read.

Breaks: an item arrives with every byte as it was put, whatever its size (QUEUE-FIDELITY).
The mistake: after a short read the next piece is stored where it would begin after a full one.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, queues, shared_memory  # noqa: F401

from mutants.support import Context

_PIECE, _PAGE = 65536, 4096


class _Reader:
    """Receives what *recv_bytes* does, but for a hole before the second piece."""

    def __init__(self, recv_bytes):
        self._recv_bytes = recv_bytes

    def __call__(self):
        data = bytearray(self._recv_bytes())
        if len(data) > 2 * _PIECE:
            data[_PIECE - _PAGE : _PIECE] = bytes(_PAGE)
        return data


class _Queue(queues.Queue):
    def _reset(self, after_fork=False):
        super()._reset(after_fork)
        self._recv_bytes = _Reader(self._reader.recv_bytes)


def get_context(method=None):
    """Return the context of *method*, with the broken queue."""
    return Context(method, Queue=lambda real, maxsize=0: _Queue(maxsize, ctx=real))
