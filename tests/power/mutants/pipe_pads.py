"""Pipe: a message over 64 KiB arrives with its last piece filled up with zeros.

Breaks: what is received equals what was sent, at every size (PIPE-FIDELITY).
The mistake: the buffer of a piece is given out whole, however much was read into it.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context

_PIECE = 65536


class _End(End):
    def _recv_bytes(self, maxsize=None):
        message = super()._recv_bytes(maxsize)
        if message is not None and message.tell() > _PIECE:
            message.write(bytes(-message.tell() % _PIECE))
        return message


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
