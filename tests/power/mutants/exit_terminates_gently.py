"""Exit: SIGTERM is an exception in a child.

Breaks: a process that is terminated runs no finally clause (EXIT-TERMINATED).
The mistake: children should have the chance to tidy up.
"""

import os
import signal
import sys

from mutants.context_support import replaced_processes


class _Mixin:
    def _bootstrap(self, *arguments, **keywords):
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(-number))
        return super()._bootstrap(*arguments, **keywords)

    def terminate(self):
        os.kill(self.pid, signal.SIGTERM)


replaced_processes(_Mixin)
