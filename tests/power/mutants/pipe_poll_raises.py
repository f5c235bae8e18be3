"""Pipe: poll raises BrokenPipeError when the other end is closed.

Breaks: no call on a pipe raises anything that the documentation does not name for it (PIPE-ERRORS).
The mistake: the end is an error of the receive, and was made one of everything that looks at the pipe.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import select
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def _poll(self, timeout):
        ready = super()._poll(timeout)
        poller = select.poll()
        poller.register(self.fileno(), select.POLLIN)
        if any(events & select.POLLHUP for _, events in poller.poll(0)):
            raise BrokenPipeError("the other end is closed")
        return ready


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
