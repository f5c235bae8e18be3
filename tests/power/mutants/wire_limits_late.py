"""Connection: maxlength is compared with what was received.

Breaks: a message longer than maxlength is refused by its header, before it has come (WIRE-LIMIT).
The mistake: the limit is checked where the result is returned.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.pipe_support import End
from mutants.support import Context


class _End(End):
    def _recv_bytes(self, maxsize=None):
        whole = super()._recv_bytes()
        return None if maxsize is not None and whole.tell() > maxsize else whole


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
