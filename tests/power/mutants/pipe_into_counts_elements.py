"""Pipe: recv_bytes_into a buffer of wide elements returns the number of elements.

Breaks: recv_bytes_into returns the length of the message, in bytes (PIPE-INTO).
The mistake: the length of the part of the view that was filled.  It is right for buffers of bytes.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def recv_bytes_into(self, buf, offset=0):
        received = super().recv_bytes_into(buf, offset)
        with memoryview(buf) as view:
            return received // view.itemsize


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
