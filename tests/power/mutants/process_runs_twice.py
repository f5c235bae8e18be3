"""Process: the target runs a second time when it has returned.

Breaks: the target of a process runs exactly once (PROC-ONCE).
The mistake: a run() that tries again whatever did not raise.
"""

from multiprocessing import connection, context, get_all_start_methods  # noqa: F401

from mutants.support import Context


class _Mixin:
    def run(self):
        super().run()
        super().run()


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
