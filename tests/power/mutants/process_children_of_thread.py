"""active_children: lists only those children that the calling thread has started.

Breaks: active_children lists the children that all threads started (PROC-THREADS).
The mistake: the list of children is kept in a threading.local, so that it needs no lock.
"""

import threading
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import Context, broken_processes


class _Mixin:
    def start(self):
        super().start()
        self._started_by = threading.get_ident()


def _active_children(real):
    me = threading.get_ident()
    return [child for child in real.active_children() if vars(child).get("_started_by", me) == me]


_broken = broken_processes(_Mixin)


def get_context(method=None):
    """Return the context of *method*, with the broken process and active_children."""
    context = Context(method, active_children=_active_children)
    context.Process = _broken(method).Process
    return context
