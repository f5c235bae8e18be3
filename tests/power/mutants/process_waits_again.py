"""Process: joining a process that has been reaped raises ChildProcessError.

Breaks: a process that was joined can be joined again (PROC-JOIN-TWICE).
The mistake: each join asks the system for the status, which gives it once.
"""

import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def join(self, timeout=None):
        if self._popen is not None and self._popen.returncode is not None:
            os.waitpid(self._popen.pid, 0)
        super().join(timeout)


get_context = broken_processes(_Mixin)
