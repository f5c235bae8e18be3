"""Listener: one that is closed still listens.

Breaks: a listener that was closed accepts nobody: clients raise OSError (LISTENER-CLOSED).
The mistake: close gives it back to a registry, which was to close it later.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context

_registry = []


class _Listener(Listener):
    def close(self):
        listener, self._listener = self._listener, None
        if listener is not None:
            _registry.append(listener)


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
