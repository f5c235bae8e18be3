"""Keys: only the first byte counts.

Breaks: if the keys of listener and client differ, both raise AuthenticationError (AUTH-WRONG).
The mistake: a buffer of the size of a pointer, or of one character.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module, prove, verify
from mutants.support import Context


class _Listener(Listener):
    deliver = staticmethod(lambda connection, key: verify(connection, key[:1]))
    answer = staticmethod(lambda connection, key: prove(connection, key[:1]))


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
