"""Process: after close(), the object still tells the pid of the process that it was.

Breaks: after close(), attributes that need the process raise ValueError (PROC-CLOSED).
The mistake: the pid is remembered, and nobody asks whether it still means anything.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    _started_as = None

    def start(self):
        super().start()
        self._started_as = super().pid

    @property
    def pid(self):
        return self._started_as or super().pid


get_context = broken_processes(_Mixin)
