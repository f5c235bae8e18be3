"""Process: kill() sends SIGTERM first, and SIGKILL only if that did not help.

Breaks: kill() ends a running process by SIGKILL: its exit code is -9 (PROC-KILL).
The mistake: a polite end was thought to do no harm.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def kill(self):
        super().terminate()
        super().join(1)
        super().kill()


get_context = broken_processes(_Mixin)
