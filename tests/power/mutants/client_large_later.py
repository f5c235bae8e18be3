"""Connection of a client: a message of 64 KiB or more may be overtaken by those after it.

Breaks: messages are received in the order in which they were sent (CLIENT-ORDER).
The mistake: large ones are written by a thread, so that the caller need not wait.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import threading
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.pipe_support import End
from mutants.support import Context

_LARGE = 65_536


class _End(End):
    def _send_bytes(self, buf):
        if len(buf) < _LARGE:
            super()._send_bytes(buf)
            return
        # The thread has a copy: the caller may change what it gave.
        self._thread = threading.Timer(0.001, super()._send_bytes, [bytes(buf)])
        self._thread.start()


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
