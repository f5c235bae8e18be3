"""Process: a join with a timeout of zero waits until the process has ended.

Breaks: a join with a timeout gives up when its time is over (PROC-JOIN-TIMEOUT).
The mistake: ``timeout or None``.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def join(self, timeout=None):
        super().join(timeout or None)


get_context = broken_processes(_Mixin)
