"""active_children: a forked child lists the children of its parent.

Breaks: active_children() lists the children of the caller (PROC-ACTIVE).
The mistake: a list of children that is not emptied after a fork; and whom one cannot wait for
counts as alive.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import Context, broken_processes

_started = []


class _Mixin:
    def start(self):
        super().start()
        _started.append(self)


def _lives(child):
    return child._popen is not None and child._popen.poll() is None


def _active_children(real):
    _started[:] = filter(_lives, _started)
    return list(_started)


_broken = broken_processes(_Mixin)


def get_context(method=None):
    """Return the context of *method*, with the broken process and active_children."""
    context = Context(method, active_children=_active_children)
    context.Process = _broken(method).Process
    return context
