"""Process: the target runs a second time when it has returned.

Breaks: the target of a process runs exactly once (PROC-ONCE).
The mistake: a run() that tries again whatever did not raise.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def run(self):
        super().run()
        super().run()


get_context = broken_processes(_Mixin)
