"""Logger: every line of a child stands on stderr twice.

Breaks: what is logged stands there once (LOG-FORMAT).
The mistake: the child is told to log to stderr, and has its parent's handler already.
"""

from multiprocessing import util

from mutants.context_support import replaced_processes


class _Mixin:
    def _bootstrap(self, *arguments, **keywords):
        if util._log_to_stderr:
            util.log_to_stderr()
        return super()._bootstrap(*arguments, **keywords)


replaced_processes(_Mixin)
