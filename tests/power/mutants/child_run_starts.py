"""Child: run(), called by hand, starts the process.

Breaks: it calls the target in the process that calls it (CHILD-RUN).
The mistake: run and start were taken for the same, as in some thread pools.
"""

import os

from mutants.context_support import replaced_processes


class _Mixin:
    def run(self):
        if os.getpid() == self._parent_pid:
            self.start()
            self.join()
        else:
            super().run()


replaced_processes(_Mixin)
