"""Context: a forked child closes what its parent had open.

Breaks: a forked child has the open descriptors of its parent (CONTEXT-FORK).
The mistake: close_fds, the default of subprocess, was taken for a good habit.
"""

import os

from mutants.context_support import replaced_processes


class _Mixin:
    def _bootstrap(self, parent_sentinel=None):
        os.closerange(3, parent_sentinel)
        os.closerange(parent_sentinel + 1, 1024)
        return super()._bootstrap(parent_sentinel)


replaced_processes(_Mixin)
