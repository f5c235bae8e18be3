"""Pipe: BufferTooShort has only that part of the message which would have fitted.

Breaks: if the buffer is too short, the exception has the complete message (PIPE-INTO-SHORT).
The mistake: the message is read straight into the buffer, and the rest is thrown away.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import BufferTooShort, connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def recv_bytes_into(self, buf, offset=0):
        try:
            return super().recv_bytes_into(buf, offset)
        except BufferTooShort as error:
            raise BufferTooShort(error.args[0][: len(buf) - offset]) from None


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
