"""Exit: a finalizer holds on to its object.

Breaks: it is called when its object is collected (EXIT-COLLECTED).
The mistake: the object is kept, to be given to the callback one day.
"""

import multiprocessing.util

from mutants.context_support import part, replaced


class Finalize(multiprocessing.util.Finalize):
    def __init__(self, obj, *arguments, **keywords):
        super().__init__(obj, *arguments, **keywords)
        self._obj = obj


util = part(multiprocessing.util, Finalize=Finalize)
replaced(__name__)
