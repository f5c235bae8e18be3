"""Process: start opens its log when the process already runs.

Breaks: a start for which descriptors are lacking works, or raises OSError and starts nothing (PROC-SHORTAGE).
The mistake: what can fail is done last, and nobody takes the start back.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes


class _Mixin:
    def start(self):
        super().start()
        log = [os.dup(self.sentinel) for _ in range(4)]
        for descriptor in log:
            os.close(descriptor)


get_context = broken_processes(_Mixin)
