"""Connection of a client: a message of more than 16 KiB arrives only up to there.

Breaks: a receive returns one complete message (CLIENT-BOUNDARIES).
The mistake: one read of the size of the buffer is taken to be all.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.pipe_support import End
from mutants.support import Context

_BUFFER = 16_384


class _End(End):
    def _recv_bytes(self, maxsize=None):
        whole = super()._recv_bytes(maxsize)
        if whole is not None:
            whole.truncate(_BUFFER)
        return whole


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
