"""Context: a lock that somebody else holds cannot be shown.

Breaks: repr of every object is a text, in whatever state it is (SHOWN-OBJECTS).
The mistake: it asks who holds it, and nobody is there to be asked.
"""

from multiprocessing import synchronize

from mutants.context_support import replaced


class Broken(synchronize.Lock):
    def __repr__(self):
        if not self._semlock._is_mine() and not self._semlock._get_value():
            raise KeyError("owner")
        return super().__repr__()


def _lock(real):
    return Broken(ctx=real)


replaced(__name__, Lock=_lock)
