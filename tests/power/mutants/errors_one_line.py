"""Errors: of an exception that ends a child, only the last line is told.

Breaks: its traceback stands on stderr (ERRORS-TRACEBACK).
The mistake: a traceback was thought to frighten users.
"""

import sys

from mutants.context_support import replaced_processes


class _Mixin:
    def run(self):
        try:
            super().run()
        except Exception as error:  # noqa: BLE001  # the mistake
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            sys.exit(1)


replaced_processes(_Mixin)
