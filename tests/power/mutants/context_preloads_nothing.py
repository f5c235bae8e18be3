"""Context: set_forkserver_preload tells nobody.

Breaks: children of forkserver find imported what was named (CONTEXT-PRELOAD).
The mistake: the names are kept in the context, and the server is asked for without them.
"""

from mutants.context_support import replaced


def _set_forkserver_preload(real, names):
    real.preloaded = list(names)


replaced(__name__, set_forkserver_preload=_set_forkserver_preload)
