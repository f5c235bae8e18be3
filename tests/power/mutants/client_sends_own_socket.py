"""Connection of a client: in place of a socket its own one is sent.

Breaks: a socket that is sent arrives connected to the same place (CLIENT-SOCKET-CARRIED).
The mistake: the descriptor is taken from self, where it should be that of the argument.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import os
import socket
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.pipe_support import End
from mutants.support import Context


class _End(End):
    def send(self, obj):
        if isinstance(obj, socket.socket):
            with socket.socket(fileno=os.dup(self.fileno())) as own:
                super().send(own)
            return
        super().send(obj)


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
