"""Process: setting the daemon flag too late raises RuntimeError.

Breaks: setting the flag of a process that was started raises AssertionError (PROC-DAEMON-LATE).
The mistake: the setter is a copy of the one of threading.Thread.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    @property
    def daemon(self):
        return super().daemon

    @daemon.setter
    def daemon(self, daemonic):
        if self._popen is not None:
            raise RuntimeError("cannot set daemon status of active process")
        self._config["daemon"] = daemonic


get_context = broken_processes(_Mixin)
