"""Listener: what a client sends right after the handshake may be lost.

Breaks: every message that is sent is received once: none is lost (CLIENT-ONCE).
The mistake: the handshake's buffer is read until it is empty, and thrown away.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    def accept(self):
        made = super().accept()
        if self._authkey and _real.wait([made], 0.0002):
            made.recv_bytes()
        return made


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
