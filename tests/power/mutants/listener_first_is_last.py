"""Listener: last_accepted is the address of the first client for ever.

Breaks: last_accepted is the address that the last accepted client came from (LISTENER-LAST).
The mistake: it is cached, because a property that is read often should be cheap.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    _first = None

    @property
    def last_accepted(self):
        self._first = self._first or super().last_accepted
        return self._first


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
