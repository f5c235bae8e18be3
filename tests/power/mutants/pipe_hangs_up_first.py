"""Pipe: a receive looks whether the other end has hung up before it looks for data.

Breaks: what was sent before the other end was closed is still received (PIPE-EOF-AFTER-DATA).
The mistake: the system reports both at once, and the end is tested first.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import select
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def _recv_bytes(self, maxsize=None):
        poller = select.poll()
        poller.register(self.fileno(), select.POLLIN)
        ((_, events),) = poller.poll()
        if events & select.POLLHUP:
            raise EOFError
        return super()._recv_bytes(maxsize)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
