"""Process: in the child, the process has the name that it was made with, not the one that it was given since.

Breaks: current_process() has the name that it was started with (PROC-CURRENT).
The mistake: what the child needs is put together when the process is made.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def __init__(self, *args, **keywords):
        super().__init__(*args, **keywords)
        self._first_name = self.name

    def _bootstrap(self, *args, **keywords):
        self.name = self._first_name
        return super()._bootstrap(*args, **keywords)


get_context = broken_processes(_Mixin)
