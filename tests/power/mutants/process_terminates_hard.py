"""Process: terminate() sends SIGKILL.

Breaks: terminate() ends a running process by SIGTERM: its exit code is -15 (PROC-TERMINATE).
The mistake: one signal for both, because it "always works".
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def terminate(self):
        super().kill()


get_context = broken_processes(_Mixin)
