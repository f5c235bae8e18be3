"""Context: a lock is shown by trying to acquire it, and is not released.

Breaks: looking at a lock does not change it (SHOWN-UNCHANGED).
The mistake: whether it is free is found out by acquiring it, and it is left so.
"""

from multiprocessing import synchronize

from mutants.context_support import replaced


class Broken(synchronize.Lock):
    def __repr__(self):
        return f"<Lock(free={self.acquire(block=False)})>"


def _lock(real):
    return Broken(ctx=real)


replaced(__name__, Lock=_lock)
