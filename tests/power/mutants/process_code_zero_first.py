"""Process: the exit code is 0 until another is known.

Breaks: the exit code is None before the start, and for as long as the process runs (PROC-EXITCODE-RUNNING).
The mistake: a field that holds an int, and that begins with 0.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    @property
    def exitcode(self):
        return super().exitcode or 0


get_context = broken_processes(_Mixin)
