"""Start method: a start method can be set as often as one likes.

Breaks: set again without force, it raises RuntimeError (START-TWICE).
The mistake: force is the default, because the tests need it.
"""

from mutants.context_support import replaced


def _set_start_method(real, method, force=True):
    real.set_start_method(method, force=True)


replaced(__name__, set_start_method=_set_start_method)
