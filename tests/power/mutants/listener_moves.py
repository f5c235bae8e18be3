"""Listener: an address of its own is another one at each look.

Breaks: the address of a listener stays the same (LISTENER-ADDRESS).
The mistake: the name is made where it is asked for; the socket was bound to the first one.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import itertools
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context

_count = itertools.count()


class _Listener(Listener):
    def __init__(self, address=None, *more, **options):
        super().__init__(address, *more, **options)
        self._own = address is None

    @property
    def address(self):
        found = super().address
        n = next(_count)
        return f"{found}.{n}" if self._own and n and isinstance(found, str) else found


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
