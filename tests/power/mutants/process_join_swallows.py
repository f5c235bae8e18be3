"""Process: a join that is interrupted returns.

Breaks: a join that SIGINT interrupts raises KeyboardInterrupt (PROC-JOIN-INTERRUPT).
The mistake: whatever ends the wait is taken for the end of the process.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import contextlib
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def join(self, timeout=None):
        with contextlib.suppress(KeyboardInterrupt):
            super().join(timeout)


get_context = broken_processes(_Mixin)
