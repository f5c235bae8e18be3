"""Pipe: of a message over 16 KiB the second piece is stored without regard to the offset.

Breaks: recv_bytes_into writes the message at the offset, and changes nothing else (PIPE-INTO).
The mistake: the offset is given to the first read only.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context

_PIECE = 16384


class _End(End):
    def recv_bytes_into(self, buf, offset=0):
        size = super().recv_bytes_into(buf, offset)
        if size > _PIECE:
            whole = memoryview(buf)
            second = bytes(whole[offset + _PIECE : offset + size])
            whole[_PIECE : _PIECE + len(second)] = second
        return size


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
