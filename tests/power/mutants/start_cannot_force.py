"""Start method: a method that was set stays, force or not.

Breaks: with force, it is replaced (START-FORCE).
The mistake: force was forgotten when the check was moved.
"""

from mutants.context_support import replaced


def _set_start_method(real, method, force=False):
    real.set_start_method(method, force=force and method is None)


replaced(__name__, set_start_method=_set_start_method)
