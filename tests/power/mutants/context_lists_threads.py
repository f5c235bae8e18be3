"""Context: a start method is listed for which there is no context.

Breaks: there is a context for each start method that is listed (CONTEXT-ALL).
The mistake: a plan of the next version was written into the list of this one.
"""

from mutants.context_support import replaced


def _get_all_start_methods(real):
    return [*real.get_all_start_methods(), "thread"]


replaced(__name__, get_all_start_methods=_get_all_start_methods)
