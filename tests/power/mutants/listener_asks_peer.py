"""Listener: accept fails if the client has gone already.

Breaks: a client that connects to an open listener gets a Connection, and so does accept (LISTENER-CONNECTS).
The mistake: a look whether somebody is there; who has sent all and closed counts as nobody.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import contextlib
import os
import socket
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    def accept(self):
        made = super().accept()
        with socket.socket(fileno=os.dup(made.fileno())) as twin, contextlib.suppress(BlockingIOError):
            if not twin.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                raise ConnectionAbortedError("the client has gone")
        return made


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
