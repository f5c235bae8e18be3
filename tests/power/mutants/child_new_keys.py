"""Child: a child of a child has a key of its own.

Breaks: all processes of a program have the key of its main process (CHILD-NESTED-KEYS).
The mistake: the key is sent with what main starts, and made anew where none was sent.
"""

import os

from mutants.context_support import replaced_processes


class _Mixin:
    def _bootstrap(self, *arguments, **keywords):
        if len(self._identity) > 1:
            self._config["authkey"] = os.urandom(32)
        return super()._bootstrap(*arguments, **keywords)


replaced_processes(_Mixin)
