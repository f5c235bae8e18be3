"""Listener: close also closes the connections that it has accepted.

Breaks: both sides of a connection to a listener send and receive (CLIENT-DUPLEX), also when that is closed.
The mistake: the listener keeps a list of what it has made, in order to leave nothing open.
"""

import weakref
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import Listener, module
from mutants.support import Context


class _Listener(Listener):
    _accepted = None

    def accept(self):
        made = super().accept()
        if self._accepted is None:
            self._accepted = weakref.WeakSet()
        self._accepted.add(made)
        return made

    def close(self):
        for made in self._accepted or ():
            made.close()
        super().close()


connection = module(_Listener)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
