"""Connection of a client: of two messages that wait, the second is received first.

Breaks: messages are received in the order in which they were sent (CLIENT-ORDER).
The mistake: what was read ahead is put back on the wrong side of a list.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.pipe_support import End
from mutants.support import Context


class _End(End):
    _kept = None

    def _recv_bytes(self, maxsize=None):
        if self._kept is not None:
            kept, self._kept = self._kept, None
            return kept
        first = super()._recv_bytes(maxsize)
        if maxsize is None and first is not None and _real.wait([self], 0):
            try:
                second = super()._recv_bytes(maxsize)
            except EOFError:
                return first
            self._kept, first = first, second
        return first


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
