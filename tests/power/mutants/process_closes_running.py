"""Process: close() gives up a process that still runs.

Breaks: closing the Process object of a process that still runs raises ValueError (PROC-CLOSE-RUNNING).
The mistake: close() is thought to free what the object holds, whatever the process does.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def close(self):
        if self._popen is not None and self._popen.poll() is None:
            self._popen.returncode = 0
        super().close()


get_context = broken_processes(_Mixin)
