"""Listener: the socket in the file system is not removed.

Breaks: a listener that was closed leaves no socket in the file system (LISTENER-UNLINKS).
The mistake: closing a socket of the network leaves nothing either.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    def __init__(self, *about, **options):
        super().__init__(*about, **options)
        if self._listener._unlink is not None:
            self._listener._unlink.cancel()
            self._listener._unlink = None


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
