"""Main module: a program that is read from stdin may start no process.

Breaks: forked processes of such a program do what they are to do (MAIN-STDIN).
The mistake: what spawn cannot do is forbidden everywhere.
"""

import sys
from pathlib import Path

from mutants.context_support import replaced_processes


class _Mixin:
    def start(self):
        path = getattr(sys.modules["__main__"], "__file__", None)
        if path and not Path(path).exists():
            raise RuntimeError("the main module cannot be imported")
        super().start()


replaced_processes(_Mixin)
