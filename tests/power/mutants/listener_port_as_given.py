"""Listener: the address is what was asked for, also if that is port 0.

Breaks: the address of a listener is what it was given, with a real port for port 0 (LISTENER-ADDRESS).
The mistake: the argument is kept, and the socket is not asked where it is bound.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    def __init__(self, address=None, *more, **options):
        super().__init__(address, *more, **options)
        self._given = address

    @property
    def address(self):
        return self._given or super().address


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
