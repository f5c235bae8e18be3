"""Process: join(timeout) raises TimeoutError if the process still runs when the time is up.

Breaks: no operation on processes raises anything that the documentation does not name for it (PROC-ERRORS).
The mistake: a join that behaves like the result of a future.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def join(self, timeout=None):
        super().join(timeout)
        if self._popen.returncode is None:
            raise TimeoutError


get_context = broken_processes(_Mixin)
