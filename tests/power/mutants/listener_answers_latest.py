"""Listener: what is sent to any client goes to the one that was accepted last.

Breaks: what is sent to an accepted Connection, its client receives (LISTENER-CLIENTS).
The mistake: the descriptor to write to is kept with the listener; with one client it is the right one.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, as_kind, module
from mutants.pipe_support import End
from mutants.support import Context

_latest = {}


class _End(End):
    def _send(self, buf, *more):
        twin, own = _latest.get("end"), self._handle
        self._handle = twin if self._accepted and twin is not None else own
        try:
            super()._send(buf, *more)
        finally:
            self._handle = own

    _accepted = False


class _Listener(Listener):
    def accept(self):
        made = as_kind(_End, super().accept())
        made._accepted = True
        _latest["end"] = made.fileno()
        return made


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
