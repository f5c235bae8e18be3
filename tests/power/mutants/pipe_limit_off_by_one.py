"""Pipe: recv_bytes receives a message that is one byte longer than maxlength.

Breaks: recv_bytes with a maxlength refuses a longer message (PIPE-MAXLENGTH).
The mistake: a comparison that lacks its equals sign, turned round by somebody who noticed.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def recv_bytes(self, maxlength=None):
        return super().recv_bytes(maxlength and maxlength + 1)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
