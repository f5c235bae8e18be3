"""Pipe: poll says that something is there, whether it is or not.

Breaks: poll does not return true if there is nothing to receive (PIPE-POLL-EMPTY).
The mistake: a transport without a way to look ahead, that lets the receive find out.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def _poll(self, timeout):
        return True


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
