"""Context: what cannot be pickled is left to the child to complain about.

Breaks: start() raises for a target that cannot be pickled (CONTEXT-PICKLE).
The mistake: the process is started first, and its target sent afterwards, by a thread.
"""

import os
import pickle

from mutants.context_support import replaced_processes


class _Mixin:
    def start(self):
        try:
            pickle.dumps(self._target)
        except (AttributeError, pickle.PicklingError):
            self._target, self._args, self._kwargs = os._exit, (1,), {}
        super().start()


replaced_processes(_Mixin)
