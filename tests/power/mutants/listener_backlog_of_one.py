"""Listener: the backlog is always one.

Breaks: as many clients as the backlog says connect without waiting for accept (LISTENER-BACKLOG).
The mistake: the argument has a default, and is not passed on.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    def __init__(self, address=None, family=None, backlog=1, authkey=None):
        super().__init__(address, family, 1, authkey)


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
