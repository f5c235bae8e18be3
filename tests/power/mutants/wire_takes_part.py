"""Connection: a message that breaks off is received as far as it came.

Breaks: a message that breaks off because its sender went is not received (WIRE-SHORT).
The mistake: the loop ends when nothing more comes, and what there is is returned.
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
        buffer = io.BytesIO()
        while buffer.tell() < size:
            part = os.read(self.fileno(), min(size - buffer.tell(), 65_536))
            if not part:
                break
            buffer.write(part)
        if (size and not buffer.tell()) or (size in (4, 8) and buffer.tell() < size):
            raise EOFError
        return buffer


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
