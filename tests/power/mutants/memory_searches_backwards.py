"""ShareableList: index gives the last place of a value, and not the first.

Breaks: index answers as that of a list (SHLIST-SEARCH).
The mistake: a table of places by value, in which later places replace earlier ones.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList as _ShareableList
from multiprocessing.shared_memory import SharedMemory

from mutants.support import Context


class ShareableList(_ShareableList):
    """A list that is searched from its end."""

    def index(self, value):
        """Return the last place of *value*."""
        for place in reversed(range(len(self))):
            if self[place] == value:
                return place
        raise ValueError(f"{value!r} not in this container")


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
