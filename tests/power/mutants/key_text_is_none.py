"""Listener and Client: a key that is no byte string is left out.

Breaks: an authkey that is no byte string is refused with TypeError (AUTH-TYPE).
The mistake: the type is asked for where the key is used, and not where it is given.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


def _bytes_only(key):
    return key if isinstance(key, bytes) else None


class _Listener(Listener):
    def __init__(self, address=None, family=None, backlog=1, authkey=None):
        super().__init__(address, family, backlog, _bytes_only(authkey))


def _client(address, family=None, authkey=None):
    return _real.Client(address, family, _bytes_only(authkey))


connection = module(_Listener, Client=_client)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
