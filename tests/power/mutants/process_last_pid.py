"""Process: every process that was started has the pid of the one started last.

Breaks: after its start, a process's pid is the one that the process has for itself (PROC-PID).
The mistake: the pid is kept with the class, and not with the object.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    _last = None

    def start(self):
        super().start()
        type(self)._last = self._popen.pid

    @property
    def pid(self):
        return super().pid if self._popen is None else self._last


get_context = broken_processes(_Mixin)
