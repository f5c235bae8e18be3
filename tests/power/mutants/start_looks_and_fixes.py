"""Start method: to look whether a method is in force puts one in force.

Breaks: get_start_method(allow_none=True) is None while none is (START-NONE).
The mistake: allow_none was added later, and is looked at only at the end.
"""

from mutants.context_support import replaced


def _get_start_method(real, allow_none=False):
    return real.get_start_method()


replaced(__name__, get_start_method=_get_start_method)
