"""Process: a target that calls sys.exit has failed, whatever it says.

Breaks: the exit code of a process whose target called sys.exit(N) is N (PROC-EXIT-SYSEXIT).
The mistake: SystemExit is treated like any other exception.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def run(self):
        try:
            super().run()
        except BaseException as error:
            raise RuntimeError("the target did not return") from error


get_context = broken_processes(_Mixin)
