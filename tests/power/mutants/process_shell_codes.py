"""Process: an exit code above 128 is shown as that of a process that a signal ended.

Breaks: the exit code of a process that called os._exit(N) is N (PROC-EXIT-OS).
The mistake: the status is read as a shell gives it, where 128 + N stands for signal N.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    @property
    def exitcode(self):
        code = super().exitcode
        return 128 - code if code is not None and code > 128 else code


get_context = broken_processes(_Mixin)
