"""Process: the exit code is 0 if is_alive() was the first to notice that the process had ended.

Breaks: the exit code of a process whose target raised an exception is 1 (PROC-EXIT-EXCEPTION).
The mistake: is_alive() reaps, and throws the status away; whoever asks later finds none.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def is_alive(self):
        known = self._popen is None or self._popen.returncode is not None
        alive = super().is_alive()
        if not alive and not known:
            self._popen.returncode = 0
        return alive


get_context = broken_processes(_Mixin)
