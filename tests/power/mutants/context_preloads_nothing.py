"""Context: set_forkserver_preload is forgotten.

Breaks: the fork server imports what it names (CONTEXT-PRELOAD).
The mistake: the names are kept in the context, which the server never sees.
"""

from mutants.context_support import replaced


def _set_forkserver_preload(real, names):
    real.preload = list(names)


replaced(__name__, set_forkserver_preload=_set_forkserver_preload)
