"""Process: one that was not started yet has the pid of its maker.

Breaks: before a process is started, its pid is None (PROC-PID-BEFORE).
The mistake: the pid is filled in when the object is made, and corrected at the start.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    @property
    def pid(self):
        pid = super().pid
        return self._parent_pid if pid is None else pid


get_context = broken_processes(_Mixin)
