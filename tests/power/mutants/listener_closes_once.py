"""Listener: closing a second time is an error.

Breaks: closing a listener again does nothing (LISTENER-CLOSED).
The mistake: what was closed is None, and None cannot be closed.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    def close(self):
        listener, self._listener = self._listener, None
        listener.close()


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
