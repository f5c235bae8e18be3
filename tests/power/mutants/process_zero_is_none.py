"""Process: the exit code of a process that succeeded is None.

Breaks: the exit code of a process whose target returned is 0 (PROC-EXIT-RETURN).
The mistake: "code or None", where 0 is as false as None.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    @property
    def exitcode(self):
        return super().exitcode or None


get_context = broken_processes(_Mixin)
