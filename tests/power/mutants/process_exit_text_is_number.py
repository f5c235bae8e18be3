"""Process: sys.exit with a text that looks like a number gives that number.

Breaks: the exit code of a process whose target called sys.exit with a text is 1 (PROC-EXIT-SYSEXIT-TEXT).
The mistake: int() is tried on the code, and only what it refuses is a message.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def run(self):
        try:
            super().run()
        except SystemExit as leaving:
            try:
                code = int(leaving.code)
            except (TypeError, ValueError):
                code = leaving.code
            raise SystemExit(code) from None


get_context = broken_processes(_Mixin)
