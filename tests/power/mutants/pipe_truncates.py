"""Pipe: a message of more than 64 KiB arrives only as far as the first read got.

Breaks: a receive returns one complete message (PIPE-BOUNDARIES).
The mistake: the system's read is taken to return all that was asked for.
"""

import io
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context

_ONE_READ = 65536


class _End(End):
    def _recv_bytes(self, maxsize=None):
        whole = super()._recv_bytes(maxsize)
        return whole if whole is None or whole.tell() <= _ONE_READ else _cut(whole)


def _cut(whole):
    part = io.BytesIO()
    part.write(whole.getvalue()[:_ONE_READ])
    return part


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
