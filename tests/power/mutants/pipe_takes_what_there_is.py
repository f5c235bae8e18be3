"""Pipe: at the end of the pipe a receive makes do with what has come of the message.

Breaks: of a process that is killed only whole messages arrive (PIPE-KILL-WHOLE).
The mistake: a short read ends the loop, and nobody compares the length with the header's.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import io
import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def _recv(self, size, read=None):
        buffer = io.BytesIO()
        while buffer.tell() < size:
            chunk = os.read(self._handle, size - buffer.tell())
            if not chunk:
                if not buffer.tell():
                    raise EOFError
                break
            buffer.write(chunk)
        return buffer


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
