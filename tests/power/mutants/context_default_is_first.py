"""Context: the default context is the first in the list, whatever was set.

Breaks: get_context() is of the method that is in force (CONTEXT-DEFAULT).
The mistake: the default is looked up in the list of methods, not where it is kept.
"""

import multiprocessing

from mutants.context_support import replaced


def _get_context(real, method=None):
    return real.get_context(method or multiprocessing.get_all_start_methods()[0])


replaced(__name__, get_context=_get_context)
