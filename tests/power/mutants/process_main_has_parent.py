"""parent_process: the main process has one too, the process that the program was started from.

Breaks: parent_process() is None in the main process (PROC-PARENT-PROCESS).
The mistake: the system's answer is given where the backend has none.
"""

import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import Context


class _Starter:
    name = "MainProcess"

    def __init__(self, pid):
        self.pid = self.ident = pid

    def is_alive(self):
        return os.getppid() == self.pid


def get_context(method=None):
    """Return the context of *method*, with the broken parent_process."""
    return Context(method, parent_process=lambda real: real.parent_process() or _Starter(os.getppid()))
