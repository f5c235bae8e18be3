"""Connection of a client: tuples arrive as lists.

Breaks: what is received equals what was sent, in value and in type (CLIENT-FIDELITY).
The mistake: the network got a format of its own, which knows no tuples.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.pipe_support import End
from mutants.support import Context


class _End(End):
    def recv(self):
        found = super().recv()
        return list(found) if isinstance(found, tuple) else found


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
