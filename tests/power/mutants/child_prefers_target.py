"""Child: a target goes before a run() that a subclass has.

Breaks: a process does what its class's run() says (CHILD-SUBCLASS).
The mistake: the target is called by whatever runs first, if there is one.
"""

from functools import partial
from multiprocessing.process import BaseProcess

from mutants.context_support import replaced_processes


class _Mixin:
    def _bootstrap(self, *arguments, **keywords):
        if self._target:
            self.run = partial(BaseProcess.run, self)
        return super()._bootstrap(*arguments, **keywords)


replaced_processes(_Mixin)
