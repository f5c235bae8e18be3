"""Process: the exit code of a process that a signal ended has lost its sign.

Breaks: the exit code of a process that was ended by signal N is -N (PROC-EXIT-SIGNAL).
The mistake: a status that a helper hands on as one unsigned byte (bpo-30589).
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    @property
    def exitcode(self):
        code = super().exitcode
        return code & 0xFF if code is not None else None


get_context = broken_processes(_Mixin)
