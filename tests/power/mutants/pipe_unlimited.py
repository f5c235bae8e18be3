"""Pipe: recv_bytes returns a message of any length, whatever maxlength says.

Breaks: recv_bytes with a maxlength refuses a longer message (PIPE-MAXLENGTH).
The mistake: an argument that is there for compatibility, and is never looked at.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def recv_bytes(self, maxlength=None):
        return super().recv_bytes()


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
