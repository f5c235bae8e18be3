"""Listener: the end of a with block does not close it.

Breaks: as a context manager a listener is closed at the end of the block (LISTENER-CONTEXT).
The mistake: it closes itself when it is collected, so __exit__ was left empty.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    def __exit__(self, *about):
        pass


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
