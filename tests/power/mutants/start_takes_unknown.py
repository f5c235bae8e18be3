"""Start method: a start method that does not exist is taken in silence.

Breaks: setting it raises ValueError (START-UNKNOWN).
The mistake: names are looked up only when a process is started.
"""

from mutants.context_support import replaced


def _set_start_method(real, method, force=False):
    if method is None or method in real.get_all_start_methods():
        real.set_start_method(method, force)


replaced(__name__, set_start_method=_set_start_method)
