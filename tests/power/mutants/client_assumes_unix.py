"""Client: an address without a family is taken for a path.

Breaks: a client that connects to an open listener gets a Connection (LISTENER-CONNECTS).
The mistake: the family is a default of the function, and not inferred from the address; tests gave it.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import module
from mutants.support import Context


def _client(address, family="AF_UNIX", authkey=None):
    if family == "AF_UNIX" and not isinstance(address, str):
        raise TypeError("an address of AF_UNIX is a path")
    return _real.Client(address, family, authkey)


connection = module(Client=_client)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
