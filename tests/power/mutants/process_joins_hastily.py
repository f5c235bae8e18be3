"""Process: join(timeout) looks once whether the process has ended, and does not wait.

Breaks: while the process runs, join(timeout) does not return before its time (PROC-JOIN-TIMEOUT).
The mistake: a timeout that got lost on its way to the call that waits.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def join(self, timeout=None):
        super().join(None if timeout is None else 0)


get_context = broken_processes(_Mixin)
