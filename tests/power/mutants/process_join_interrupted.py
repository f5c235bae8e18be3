"""Process: one join in 300 does not wait.

Breaks: join() returns only when the process has ended (PROC-JOIN-WAITS).
The mistake: a wait that was interrupted by a signal is taken for one that came to its end.
"""

from itertools import count
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes

_joins = count(1)


class _Mixin:
    def join(self, timeout=None):
        interrupted = next(_joins) % 300 == 0
        super().join(0 if interrupted else timeout)


get_context = broken_processes(_Mixin)
