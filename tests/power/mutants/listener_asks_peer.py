"""Listener: accept fails if the client has gone already.

Breaks: a client that connects to an open listener gets a Connection, and so does accept (LISTENER-CONNECTS).
The mistake: the peer's name is asked for the log, and whoever has closed has none.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import os
import socket
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    def accept(self):
        made = super().accept()
        with socket.socket(fileno=os.dup(made.fileno())) as twin:
            twin.getpeername()
        return made


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
