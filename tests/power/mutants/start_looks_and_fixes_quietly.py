"""Start method: to look whether a method is in force answers None, and puts the default in force.

Breaks: get_start_method(allow_none=True) puts none in force (START-NONE).
The mistake: the answer is kept before the default is fixed, and given afterwards.
"""

from mutants.context_support import replaced


def _get_start_method(real, allow_none=False):
    before = real.get_start_method(allow_none=True)
    after = real.get_start_method()
    return before if allow_none else after


replaced(__name__, get_start_method=_get_start_method)
