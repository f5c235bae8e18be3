"""Listener: one answer of 60 goes to another client of the same listener.

Breaks: what is sent to an accepted Connection, its client receives (LISTENER-CLIENTS).
The mistake: the table of descriptors is read while another client is entered into it.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import random
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, as_kind, module
from mutants.pipe_support import End
from mutants.support import Context

_known = []


class _End(End):
    def _send(self, buf, *more):
        own = self._handle
        others = [one for one in _known if one.closed is False and one is not self]
        if self in _known and others and random.random() < 1 / 60:
            self._handle = random.choice(others).fileno()
        try:
            super()._send(buf, *more)
        finally:
            self._handle = own


class _Listener(Listener):
    def accept(self):
        made = as_kind(_End, super().accept())
        _known.append(made)
        return made


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
