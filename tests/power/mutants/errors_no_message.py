"""Errors: a text given to sys.exit is lost.

Breaks: it stands on stderr (ERRORS-MESSAGE).
The mistake: only the exit code is looked at.
"""

import sys

from mutants.context_support import replaced_processes


class _Mixin:
    def run(self):
        try:
            super().run()
        except SystemExit as error:
            sys.exit(1 if isinstance(error.code, str) else error.code)


replaced_processes(_Mixin)
