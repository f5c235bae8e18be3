"""Process: joining a process that was not started returns at once.

Breaks: joining a process that was not started raises AssertionError (PROC-JOIN-EARLY).
The mistake: no process means that there is nothing to wait for.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def join(self, timeout=None):
        if self.pid is not None:
            super().join(timeout)


get_context = broken_processes(_Mixin)
