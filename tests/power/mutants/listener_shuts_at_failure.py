"""Listener: after one client that fails it accepts nobody any more.

Breaks: a client that fails does not keep a listener from accepting the next client (AUTH-NEXT).
The mistake: the exception leaves by a block that closes what it finds.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    def accept(self):
        try:
            return super().accept()
        except Exception:
            self.close()
            raise


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
