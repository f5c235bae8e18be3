"""Leftovers: a helper of the backend stays when the program has gone.

Breaks: no process of a program outlives it (LEFT-PROCESSES).
The mistake: the helper waits for a message that nobody sends any more.
"""

import os
import sys

from mutants.context_support import replaced_processes

_HELPER = "import time; time.sleep(20)"


class _Mixin:
    _helper = None

    def start(self):
        if _Mixin._helper is None:
            words = [sys.executable, "-I", "-S", "-c", _HELPER]
            _Mixin._helper = os.spawnv(os.P_NOWAIT, sys.executable, words)
        super().start()


replaced_processes(_Mixin)
