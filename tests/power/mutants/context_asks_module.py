"""Context: a context says which method the module is set to.

Breaks: a context names the method that it was asked for by (CONTEXT-METHOD).
The mistake: get_start_method of a context is that of the module, which asks what was set.
"""

import multiprocessing

from mutants.context_support import replaced


def _get_start_method(real, allow_none=False):
    if real is multiprocessing.context._default_context:
        return real.get_start_method(allow_none)
    return multiprocessing.get_start_method(allow_none=True)


replaced(__name__, get_start_method=_get_start_method)
