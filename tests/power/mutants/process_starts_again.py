"""Process: a process that has ended can be started again.

Breaks: starting a process a second time raises AssertionError, whether it runs or not (PROC-START-TWICE).
The mistake: what is asked is whether the process runs, not whether it was started.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def start(self):
        if self._popen is not None and self._popen.poll() is not None:
            self._popen = None
        super().start()


get_context = broken_processes(_Mixin)
