"""Listener: one accept of 60 loses its client and waits for another one.

Breaks: every call on a listener that must end, ends (LISTENER-PROGRESS).
The mistake: two threads wait for clients; the one that loses the race has taken one all the same.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import random
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    _lost = None

    def accept(self):
        if self._listener is not None and random.random() < 1 / 60:
            self._lost = self._listener.accept()
        return super().accept()


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
