"""ShareableList: a slice returns a list of the values, which has left the shared memory.

Breaks: a ShareableList has no slices (SHLIST-FIXED).
The mistake: the manners of a list, without what stands behind them.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList as _ShareableList
from multiprocessing.shared_memory import SharedMemory

from mutants.support import Context


class ShareableList(_ShareableList):
    """A list that is sliced."""

    def __getitem__(self, place):
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        return super().__getitem__(place)


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
