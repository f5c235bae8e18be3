"""Process: a process that joins itself is told at once that it has ended.

Breaks: a process that joins itself gets AssertionError (PROC-JOIN-SELF).
The mistake: the system knows no child of that pid, and who is no child any more has ended.
"""

import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def join(self, timeout=None):
        if self.pid == os.getpid():
            try:
                os.waitpid(self.pid, 0)
            except ChildProcessError:
                return
        super().join(timeout)


get_context = broken_processes(_Mixin)
