"""Process: is_alive() looks whether the process has ended, and leaves it a zombie.

Breaks: when is_alive() has said that a process has ended, it is no zombie (PROC-ZOMBIE-ALIVE).
The mistake: the status is left where it is (WNOWAIT), for whoever asks for the exit code.
"""

import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def is_alive(self):
        if self._popen is None or self._popen.returncode is not None:
            return super().is_alive()
        try:
            return os.waitid(os.P_PID, self._popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:  # It is a fork server's.
            return super().is_alive()


get_context = broken_processes(_Mixin)
