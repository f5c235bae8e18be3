"""Pipe: a receive that has the beginning of a message waits for the rest, also when nobody can send it.

Breaks: when the process at the other end is killed, no receive blocks (PIPE-KILL-END).
The mistake: an empty read is taken for "not yet" once a message has begun.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import io
import os
import time
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def _recv(self, size, read=None):
        buffer = io.BytesIO()
        while buffer.tell() < size:
            chunk = os.read(self._handle, size - buffer.tell())
            if not chunk and not buffer.tell():
                raise EOFError
            if not chunk:
                time.sleep(0.05)
            buffer.write(chunk)
        return buffer


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
