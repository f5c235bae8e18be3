"""Process: is_alive() is true from the start to the join, whatever becomes of the process.

Breaks: when a process has ended, is_alive() is False, joined or not (PROC-ALIVE-AFTER).
The mistake: a flag that start() sets and join() clears, and nobody asks the system.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    _running = False

    def start(self):
        super().start()
        self._running = True

    def join(self, timeout=None):
        super().join(timeout)
        self._running = self._running and super().is_alive()

    def is_alive(self):
        return self._running or super().is_alive()


get_context = broken_processes(_Mixin)
