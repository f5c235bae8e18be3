"""Pipe: of a message of up to 64 KiB only that is received which is there at the first look.

Breaks: a receive returns one complete message, never a part of one (PIPE-BOUNDARIES).
The mistake: what fits into a pipe is taken to come all at once; it does if the writer is not
interrupted by the reader.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import io
import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context

_FITS = 65536


class _End(End):
    def _recv(self, size):
        if size > _FITS:
            return super()._recv(size)
        data = os.read(self.fileno(), size)
        if size and not data:
            raise EOFError
        buffer = io.BytesIO()
        buffer.write(data)
        return buffer


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
