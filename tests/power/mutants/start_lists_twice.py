"""Start method: the default is listed twice.

Breaks: each start method is listed once (START-LIST).
The mistake: the default is put in front, and not taken out where it was.
"""

from mutants.context_support import replaced


def _get_all_start_methods(real):
    return [real.get_all_start_methods()[0], *real.get_all_start_methods()]


replaced(__name__, get_all_start_methods=_get_all_start_methods)
