"""Pipe: the size given to send_bytes is taken for the end of the slice.

Breaks: send_bytes with an offset and a size sends exactly those bytes (PIPE-SLICE).
The mistake: a signature that was read as (buffer, start, stop).
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def send_bytes(self, buf, offset=0, size=None):
        super().send_bytes(buf, offset, size - offset if size is not None and size > offset else size)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
