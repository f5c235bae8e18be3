"""Listener: the beginning of the right digest is enough, also if it is empty.

Breaks: a listener with a key accepts nobody who does not prove the key (WIRE-INTRUDER).
The mistake: only so many bytes are compared as were sent.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module, prove, verify
from mutants.support import Context


class _Listener(Listener):
    deliver = staticmethod(lambda connection, key: verify(connection, key, lambda a, b: b.startswith(a)))
    answer = staticmethod(prove)


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
