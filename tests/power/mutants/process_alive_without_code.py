"""Process: what has no exit code is alive.

Breaks: before a process is started, is_alive() is False (PROC-ALIVE-BEFORE).
The mistake: that a process runs is told by its having no exit code; one that never ran has none either.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def is_alive(self):
        return self.exitcode is None


get_context = broken_processes(_Mixin)
