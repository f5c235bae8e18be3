"""Connection: one that was sent through another one can only be received from.

Breaks: a Connection that is sent through another one arrives as a working one (CLIENT-CARRIED).
The mistake: a flag is left out of what travels, and its default is wrong.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import (
    get_all_start_methods,  # noqa: F401
    reduction,
)

from mutants.connection_support import Listener, module
from mutants.pipe_support import End
from mutants.support import Context


class _End(End):
    def __reduce__(self):
        return _rebuild, (reduction.DupFd(self.fileno()),)


def _rebuild(duplicate):
    return _End(duplicate.detach(), writable=False)


class _Listener(Listener):
    kind = _End


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
