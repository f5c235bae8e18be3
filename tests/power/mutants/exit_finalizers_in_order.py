"""Exit: of finalizers of one priority, the first comes first.

Breaks: the latest of equals comes first (EXIT-FINALIZERS).
The mistake: they are sorted by priority, and the sort is stable.
"""

import multiprocessing.util

from mutants.context_support import part, replaced


class Finalize(multiprocessing.util.Finalize):
    def __init__(self, obj, callback, args=(), kwargs=None, exitpriority=None):
        super().__init__(obj, callback, args, kwargs, exitpriority)
        registry = multiprocessing.util._finalizer_registry
        del registry[self._key]
        self._key = (self._key[0], -self._key[1])
        registry[self._key] = self


util = part(multiprocessing.util, Finalize=Finalize)
replaced(__name__)
