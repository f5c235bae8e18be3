"""ShareableList: text that is too long for its place is cut, without a word.

Breaks: ValueError says that it is too long, and the old value stays (SHLIST-REPLACE).
The mistake: what fits is stored before anybody asks whether all does.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList as _ShareableList
from multiprocessing.shared_memory import SharedMemory

from mutants.support import Context


class ShareableList(_ShareableList):
    """A list that takes as much of a text as fits."""

    def __setitem__(self, place, value):
        try:
            super().__setitem__(place, value)
        except ValueError:
            self[place] = value[:-1]


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
