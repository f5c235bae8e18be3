"""Shared memory: the format of a ShareableList is that of the values that it was made with.

Breaks: the format is that of the values that it holds now (SHLIST-FORMAT).
The mistake: it is kept when the list is made, so as not to be put together again and again.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods, managers, sharedctypes  # noqa: F401
from multiprocessing import shared_memory as _shared_memory

from mutants.context_support import part
from mutants.support import Context


class _List(_shared_memory.ShareableList):
    _first = None

    @property
    def format(self):
        if self._first is None:
            self._first = super().format
        return self._first


shared_memory = part(_shared_memory, ShareableList=_List)


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
