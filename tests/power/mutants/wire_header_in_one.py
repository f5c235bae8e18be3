"""Connection: a header that comes in two pieces is an error.

Breaks: messages on the wire are received however they were cut into pieces (WIRE-MESSAGES).
The mistake: four bytes always come together, as long as the sender writes them together.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import io
import os
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.pipe_support import End
from mutants.support import Context


class _End(End):
    def _recv(self, size, *more):
        if size == 4:
            head = os.read(self.fileno(), 4)
            if not head:
                raise EOFError
            if len(head) < 4:
                raise OSError("bad header")
            return io.BytesIO(head)
        return super()._recv(size, *more)


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
