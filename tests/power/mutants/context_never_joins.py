"""Context: a join in a child never returns.

Breaks: every program that must end, ends (CONTEXT-PROGRESS).
The mistake: the end of a process is told to main only, which has to pass it on.
"""

import signal
from multiprocessing import current_process

from mutants.context_support import replaced_processes


class _Mixin:
    def join(self, timeout=None):
        if current_process()._identity:
            signal.pause()
        super().join(timeout)


replaced_processes(_Mixin)
