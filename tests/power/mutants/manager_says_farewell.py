"""Manager: a program that had a manager says so at its end.

Breaks: a program ends in silence (MANAGER-PROGRAM).
The mistake: a line for debugging was left in.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import atexit
import sys
from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing import managers as _managers

from mutants.manager_support import broken


class _Manager(_managers.SyncManager):
    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        atexit.register(sys.stderr.write, "there was a manager\n")


managers, get_context = broken(_Manager)
