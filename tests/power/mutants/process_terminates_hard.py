"""Process: terminate() sends SIGKILL.

Breaks: terminate() ends a running process by SIGTERM: its exit code is -15 (PROC-TERMINATE).
The mistake: one signal for both, because it "always works".
"""

from multiprocessing import connection, context, get_all_start_methods  # noqa: F401

from mutants.support import Context


class _Mixin:
    def terminate(self):
        super().kill()


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
