"""Pipe: at the end recv returns None.

Breaks: a receive raises EOFError if nothing is left and the other end is closed (PIPE-EOF).
The mistake: an exception handler that means well.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def recv(self):
        try:
            return super().recv()
        except EOFError:
            return None

    def recv_bytes(self, maxlength=None):
        try:
            return super().recv_bytes(maxlength)
        except EOFError:
            return None

    def recv_bytes_into(self, buf, offset=0):
        try:
            return super().recv_bytes_into(buf, offset)
        except EOFError:
            return 0


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
