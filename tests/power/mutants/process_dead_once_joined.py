"""Process: after a join, a process counts as dead, also if the time was up before it ended.

Breaks: until the process ends, is_alive() is True (PROC-ALIVE).
The mistake: join() notes that the process is over, whatever became of its wait.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    _over = False

    def join(self, timeout=None):
        super().join(timeout)
        self._over = True

    def is_alive(self):
        return super().is_alive() and not self._over


get_context = broken_processes(_Mixin)
