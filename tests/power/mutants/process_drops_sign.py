"""Process: the exit code of a process that a signal ended has lost its sign.

Breaks: the exit code of a process that was ended by signal N is -N (PROC-EXIT-SIGNAL).
The mistake: a status that a helper hands on as one unsigned byte (bpo-30589).
"""

from multiprocessing import connection, context, get_all_start_methods  # noqa: F401

from mutants.support import Context


class _Mixin:
    @property
    def exitcode(self):
        code = super().exitcode
        return code & 0xFF if code is not None else None


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
