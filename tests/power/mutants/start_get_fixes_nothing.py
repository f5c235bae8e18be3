"""Start method: get_start_method() names the default, but does not put it in force.

Breaks: what it names is in force from then on (START-GET).
The mistake: the default is only an answer, and is not kept.
"""

from mutants.context_support import replaced


def _get_start_method(real, allow_none=False):
    found = real.get_start_method(allow_none=True)
    return found if found or allow_none else "fork"


replaced(__name__, get_start_method=_get_start_method)
