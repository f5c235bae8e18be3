"""Process: is_alive() is true from the start to the join, whatever becomes of the process.

Breaks: when a process has ended, is_alive() is False, joined or not (PROC-ALIVE-AFTER).
The mistake: a flag that start() sets and join() clears, and nobody asks the system.
"""

from multiprocessing import connection, context, get_all_start_methods  # noqa: F401

from mutants.support import Context


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


class ForkProcess(_Mixin, context.ForkProcess):
    pass


class SpawnProcess(_Mixin, context.SpawnProcess):
    pass


class ForkServerProcess(_Mixin, context.ForkServerProcess):
    pass


_PROCESSES = {"fork": ForkProcess, "spawn": SpawnProcess, "forkserver": ForkServerProcess}


def get_context(method=None):
    """Return the context of *method*, with the broken Process."""
    return Context(
        method, Process=lambda real, *args, **keywords: _PROCESSES[real.get_start_method()](*args, **keywords)
    )
