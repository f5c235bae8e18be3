"""Process: when one start has failed, no process can be started any more.

Breaks: when there are enough descriptors again, processes start as before (PROC-SHORTAGE).
The mistake: the lock around a start is not given back when the start raises.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import broken_processes

_under_way = []


class _Mixin:
    def start(self):
        if _under_way:
            raise RuntimeError("another start is under way")
        _under_way.append(self)
        super().start()
        _under_way.clear()


get_context = broken_processes(_Mixin)
