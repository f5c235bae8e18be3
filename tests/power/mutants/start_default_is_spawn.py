"""Start method: spawn is the default, as on macOS.

Breaks: up to 3.13 the default is fork (START-DEFAULT).
The mistake: what is safe on every system was made the default on all of them.
"""

from mutants.context_support import replaced


def _get_all_start_methods(real):
    return sorted(real.get_all_start_methods(), reverse=True)


def _get_start_method(real, allow_none=False):
    return real.get_start_method(allow_none=True) or (None if allow_none else "spawn")


replaced(__name__, get_all_start_methods=_get_all_start_methods, get_start_method=_get_start_method)
