"""Connection of a client: a receive looks first whether the other side has hung up.

Breaks: what was sent before the other side closed is still received (CLIENT-DATA-BEFORE-EOF).
The mistake: the system reports data and end at once, and the end is tested first.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import select
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.pipe_support import End
from mutants.support import Context


class _End(End):
    def _recv_bytes(self, maxsize=None):
        poller = select.poll()
        poller.register(self.fileno(), select.POLLIN | select.POLLRDHUP)
        ((_, events),) = poller.poll()
        if events & (select.POLLHUP | select.POLLRDHUP):
            raise EOFError
        return super()._recv_bytes(maxsize)


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
