"""Context: the list of modules to preload is kept, and nothing is imported.

Breaks: a fork server imports the modules that set_forkserver_preload names (CONTEXT-PRELOAD).
The mistake: the list is given to a server that is already running.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from mutants.context_support import replaced


def _set_forkserver_preload(real, names):
    _kept.extend(names)


_kept = []
replaced(__name__, set_forkserver_preload=_set_forkserver_preload)
