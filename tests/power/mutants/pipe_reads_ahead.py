"""Pipe: a receive reads a second message ahead, of which poll does not know.

Breaks: poll returns true if there is something to receive (PIPE-POLL-READY).
The mistake: a buffer was added in front of the pipe, and poll still asks the system.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import contextlib
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    _ahead = None

    def _recv_bytes(self, maxsize=None):
        if self._ahead is not None:
            message, self._ahead = self._ahead, None
            return message if maxsize is None or message.tell() <= maxsize else None
        message = super()._recv_bytes(maxsize)
        if message is not None and connection.wait([self], 0):
            with contextlib.suppress(EOFError):
                self._ahead = super()._recv_bytes()
        return message


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
