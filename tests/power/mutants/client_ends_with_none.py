"""Connection of a client: at the end None is received.

Breaks: a receive raises EOFError when nothing is left and the other side closed its connection (CLIENT-EOF).
The mistake: None means the end inside, and comes out.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.pipe_support import End
from mutants.support import Context


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


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
