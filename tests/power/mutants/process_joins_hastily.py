"""Process: join(timeout) looks once whether the process has ended, and does not wait.

Breaks: while the process runs, join(timeout) does not return before its time (PROC-JOIN-TIMEOUT).
The mistake: a timeout that got lost on its way to the call that waits.
"""

from multiprocessing import connection, context, get_all_start_methods  # noqa: F401

from mutants.support import Context


class _Mixin:
    def join(self, timeout=None):
        super().join(None if timeout is None else 0)


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
