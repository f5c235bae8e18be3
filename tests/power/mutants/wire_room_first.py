"""Connection: room for the whole message is made when its header has come.

Breaks: a process does not take the memory that a header announces before the message comes (WIRE-MEMORY).
The mistake: one buffer of the right size is faster than a growing one.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.pipe_support import End
from mutants.support import Context


class _End(End):
    def _recv(self, size, *more):
        room = bytearray(b"\0") * size
        try:
            return super()._recv(size, *more)
        finally:
            del room


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
