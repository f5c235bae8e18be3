"""connection.wait: plain sockets are never reported.

Breaks: wait over all kinds together returns exactly those that are ready (CLIENT-WAIT).
The mistake: the answer is made by going through the connections that are known.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import socket
from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import module
from mutants.support import Context


def _wait(object_list, timeout=None):
    return [one for one in _real.wait(object_list, timeout) if not isinstance(one, socket.socket)]


connection = module(wait=_wait)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
