"""Client: it proves that it knows the key, and does not ask the same.

Breaks: a client with a key gets no Connection to a server that does not prove the key (WIRE-IMPOSTOR).
The mistake: the server is the one that has to be protected.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    def accept(self):
        key, self._authkey = self._authkey, None
        try:
            made = super().accept()
        finally:
            self._authkey = key
        if key:
            Listener.deliver(made, key)
        return made

    deliver = staticmethod(lambda connection, key: None)


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
