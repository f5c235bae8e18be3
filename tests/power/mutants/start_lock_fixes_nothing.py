"""Start method: locks of the default method can be made before another method is set.

Breaks: making a lock puts the default in force (START-USED).
The mistake: the method is asked for where processes are started, and nowhere else.
"""

import multiprocessing

from mutants.context_support import replaced


def _make_lock(real):
    before = multiprocessing.get_start_method(allow_none=True)
    made = real.Lock()
    if before is None:
        multiprocessing.set_start_method(None, force=True)
    return made


replaced(__name__, Lock=_make_lock)
