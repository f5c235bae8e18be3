"""Process: once kill() has seen the end of a process, its exit code is known, and nobody reaps it any more.

Breaks: when all processes were joined, none of them is left, not even as a zombie (PROC-RESIDUE).
The mistake: whom SIGKILL has ended needs not be asked for the exit code; asking for it was what reaped.
"""

import signal
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def kill(self):
        super().kill()
        if self._popen.returncode is None:
            connection.wait([self.sentinel])
            self._popen.returncode = -signal.SIGKILL


get_context = broken_processes(_Mixin)
