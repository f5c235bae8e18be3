"""Process: one that is given no daemon flag is a daemon.

Breaks: the daemon flag is False by default in a child of a process that is no daemon (PROC-DAEMON-FLAG).
The mistake: a default by which no program has to wait at its exit.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def __init__(self, *args, daemon=None, **keywords):
        super().__init__(*args, daemon=True if daemon is None else daemon, **keywords)


get_context = broken_processes(_Mixin)
