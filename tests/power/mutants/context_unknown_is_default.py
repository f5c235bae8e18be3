"""Context: an unknown start method gives the default context.

Breaks: get_context raises ValueError for a start method that does not exist (CONTEXT-UNKNOWN).
The mistake: contexts are looked up with get(), and the default as what is found otherwise.
"""

import multiprocessing

from mutants.context_support import replaced


def _get_context(real, method=None):
    known = multiprocessing.get_all_start_methods()
    return real.get_context(method if method in known else None)


replaced(__name__, get_context=_get_context)
