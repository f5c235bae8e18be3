"""ShareableList: an empty text comes out as None.

Breaks: each value is returned as it was stored, of the same type (SHLIST-ROUNDTRIP).
The mistake: a test for truth where None was meant.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList as _ShareableList
from multiprocessing.shared_memory import SharedMemory

from mutants.support import Context


class ShareableList(_ShareableList):
    """A list that knows no empty text."""

    def __getitem__(self, place):
        value = super().__getitem__(place)
        return None if value == "" else value


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
