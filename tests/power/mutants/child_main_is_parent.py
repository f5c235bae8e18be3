"""Child: parent_process() is the main process at any depth.

Breaks: it is the process that started this one (CHILD-NESTED-PARENTS).
The mistake: the parent is kept in the environment, where it is inherited.
"""

import multiprocessing
import os

from mutants.context_support import replaced

if multiprocessing.parent_process() is None:
    os.environ["MAIN_PID"] = str(os.getpid())


class _Main:
    name = "MainProcess"

    def __init__(self):
        self.pid = int(os.environ["MAIN_PID"])


def _parent_process(real):
    return _Main() if real.parent_process() else None


replaced(__name__, parent_process=_parent_process)
