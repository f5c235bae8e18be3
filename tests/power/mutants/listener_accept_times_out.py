"""Listener: accept gives up after some milliseconds.

Breaks: no call on a listener raises anything that the documentation does not name for it (LISTENER-ERRORS).
The mistake: a timeout that was to end the thread at shutdown stays when it is used by others.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    def accept(self):
        if self._listener is not None and not _real.wait([self._listener._socket], 0.004):
            raise TimeoutError("nobody came")
        return super().accept()


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
