"""Pipe: a message of no bytes is not sent.

Breaks: a message of no bytes is delivered as no bytes (PIPE-EMPTY-MESSAGE).
The mistake: there is nothing to write, so nothing is written, the header included.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def _send_bytes(self, buf):
        if len(buf):
            super()._send_bytes(buf)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
