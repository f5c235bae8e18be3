"""Pipe: a negative offset of send_bytes counts from the end of the buffer.

Breaks: an offset that leads out of the buffer is refused (PIPE-OFFSET-RANGE).
The mistake: the buffer is sliced, and slices forgive everything.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def send_bytes(self, buf, offset=0, size=None):
        super().send_bytes(buf[offset:] if offset < 0 else buf, max(offset, 0), size)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
