"""Pipe: poll asks how many bytes are there.

Breaks: poll returns true when the other end is closed (PIPE-POLL-EOF).
The mistake: at the end there are no bytes, and yet a receive would not wait.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import fcntl
import sys
import termios
import time
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def _poll(self, timeout):
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self._bytes():
            if deadline is not None and time.monotonic() >= deadline:
                return False
            time.sleep(0.001)
        return True

    def _bytes(self):
        return int.from_bytes(fcntl.ioctl(self.fileno(), termios.FIONREAD, bytes(4)), sys.byteorder)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
