"""Child: a child exits without waiting for its threads.

Breaks: it waits for those that are no daemons (CHILD-THREADS).
The mistake: the child ends by os._exit when its target has returned.
"""

import threading

from mutants.context_support import replaced_processes


class _Mixin:
    def _bootstrap(self, *arguments, **keywords):
        threading._shutdown = lambda: None
        return super()._bootstrap(*arguments, **keywords)


replaced_processes(_Mixin)
