"""Process: a target that is interrupted has done its work.

Breaks: the exit code of a process whose target KeyboardInterrupt left is 1 (PROC-INTERRUPT).
The mistake: to spare users the traceback of Control-C, the exception is swallowed, and with it the failure.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import contextlib
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def run(self):
        with contextlib.suppress(KeyboardInterrupt):
            super().run()


get_context = broken_processes(_Mixin)
