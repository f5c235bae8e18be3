"""Listener: white space at the end of its key does not count.

Breaks: a client that has the listener's key gets a Connection (AUTH-SAME).
The mistake: keys were read from files, and the line end was cut off at one side only.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, client_of, module
from mutants.support import Context


class _Listener(Listener):
    def __init__(self, address=None, family=None, backlog=1, authkey=None):
        super().__init__(address, family, backlog, authkey.strip() if isinstance(authkey, bytes) else authkey)


connection = module(_Listener, Client=client_of(Listener))


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
