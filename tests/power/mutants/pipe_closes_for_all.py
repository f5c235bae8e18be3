"""Pipe: the first close of an end of a duplex pipe ends it for all who hold that end.

Breaks: EOFError does not come as long as any process holds the other end open (PIPE-NO-EARLY-EOF).
The mistake: a shutdown, which ends the connection, before the close, which gives up one copy.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import contextlib
import os
import socket
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def close(self):
        if not self.closed and self.readable and self.writable:
            with socket.socket(fileno=os.dup(self.fileno())) as end, contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        super().close()


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
