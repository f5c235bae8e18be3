"""Exit: what a child registers with atexit is dropped.

Breaks: it is called when the child ends (EXIT-ATEXIT).
The mistake: os._exit ends a forked child, and nobody calls the handlers before it.
"""

import atexit

from mutants.context_support import replaced_processes


class _Mixin:
    def run(self):
        super().run()
        atexit._clear()


replaced_processes(_Mixin)
