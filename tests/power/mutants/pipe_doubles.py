"""Pipe: one message of 300 is sent twice.

Breaks: every message is received once, and none comes a second time (PIPE-ONCE).
The mistake: a write that was interrupted is repeated, although it had been done.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import random
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def _send_bytes(self, buf):
        super()._send_bytes(buf)
        if random.random() < 1 / 300:
            super()._send_bytes(buf)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
