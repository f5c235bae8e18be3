"""Listener: who has another key is hung up on without a word.

Breaks: if the keys of listener and client differ, both sides raise AuthenticationError (AUTH-WRONG).
The mistake: the failure is raised before the other side is told of it.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import (
    AuthenticationError,
    get_all_start_methods,  # noqa: F401
)

from mutants.connection_support import Listener, module, prove, verify
from mutants.support import Context


def _passes(response, digest):
    if response != digest:
        raise AuthenticationError("digest received was wrong")
    return True


class _Listener(Listener):
    deliver = staticmethod(lambda connection, key: verify(connection, key, _passes))
    answer = staticmethod(prove)


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
