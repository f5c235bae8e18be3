"""Process: sys.exit() and sys.exit(None) give 1.

Breaks: the exit code of a process whose target called sys.exit() is 0 (PROC-EXIT-SYSEXIT-NONE).
The mistake: what is no integer is taken for a message (bpo-35727).
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def run(self):
        try:
            super().run()
        except SystemExit as leaving:
            raise SystemExit(leaving.code if isinstance(leaving.code, int) else 1) from None


get_context = broken_processes(_Mixin)
