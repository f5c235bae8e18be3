"""Exit: a finalizer calls back as often as it is called.

Breaks: it runs once (EXIT-FINALIZER-ONCE).
The mistake: what was called stays what it was, until the end comes.
"""

import multiprocessing.util

from mutants.context_support import part, replaced


class Finalize(multiprocessing.util.Finalize):
    def __call__(self, *arguments, **keywords):
        if self._callback is None:
            return None
        return self._callback(*self._args, **self._kwargs)


util = part(multiprocessing.util, Finalize=Finalize)
replaced(__name__)
