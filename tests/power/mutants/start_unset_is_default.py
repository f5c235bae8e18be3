"""Start method: None with force sets the default.

Breaks: set_start_method(None, force=True) takes the method out of force (START-UNSET).
The mistake: None is replaced by the default before anything else.
"""

from mutants.context_support import replaced


def _set_start_method(real, method, force=False):
    real.set_start_method(method or real.get_all_start_methods()[0], force)


replaced(__name__, set_start_method=_set_start_method)
