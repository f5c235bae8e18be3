"""Process: join() waits for the sentinel, and for nothing else.

Breaks: after join() a process that has ended is no zombie (PROC-ZOMBIE-JOIN).
The mistake: the sentinel tells of the end, but does not reap.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def join(self, timeout=None):
        if self._popen is None:
            super().join(timeout)
        elif self._popen.returncode is None:
            connection.wait([self.sentinel], timeout)


get_context = broken_processes(_Mixin)
