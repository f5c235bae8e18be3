"""Exit: terminate() ends the descendants, too.

Breaks: they are not terminated, and become orphans (EXIT-ORPHANS).
The mistake: a process was thought to be worth nothing without its parent.
"""

import os
import signal
from pathlib import Path

from mutants.context_support import replaced_processes


def _descendants(pid):
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found + [one for child in found for one in _descendants(child)]


class _Mixin:
    def terminate(self):
        for pid in _descendants(self.pid):
            os.kill(pid, signal.SIGTERM)
        super().terminate()


replaced_processes(_Mixin)
