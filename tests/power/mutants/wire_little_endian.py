"""Connection: the length is written in the machine's own order.

Breaks: what is sent has the header that all versions write (WIRE-FRAMES).
The mistake: one letter of a format was left out; both sides agree.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import struct
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.pipe_support import End
from mutants.support import Context


class _End(End):
    def _send_bytes(self, buf):
        self._send(struct.pack("<i", len(buf)) + bytes(buf))

    def _recv_bytes(self, maxsize=None):
        (size,) = struct.unpack("<i", self._recv(4).getvalue())
        return None if maxsize is not None and size > maxsize else self._recv(size)


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
