"""Process: a key that was set before the start is replaced by the parent's.

Breaks: a process has the key of its parent, unless it is set another before its start (PROC-AUTHKEY).
The mistake: the key is inherited at the start, and not when the process is made.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.process import current_process

from mutants.support import broken_processes


class _Mixin:
    def start(self):
        self.authkey = current_process().authkey
        super().start()


get_context = broken_processes(_Mixin)
