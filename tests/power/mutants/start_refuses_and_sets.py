"""Start method: set_start_method raises, but has set the new method.

Breaks: a method that is refused is not in force (START-TWICE).
The mistake: the check comes after the assignment.
"""

from mutants.context_support import replaced


def _set_start_method(real, method, force=False):
    before = real.get_start_method(allow_none=True)
    real.set_start_method(method, force=True)
    if before is not None and not force:
        raise RuntimeError("context has already been set")


replaced(__name__, set_start_method=_set_start_method)
