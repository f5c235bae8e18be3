"""ShareableList: of what type a value is, each process looks up once, or knows from storing it.

Breaks: a list that travels to another process is the same list (SHLIST-SHARED).
The mistake: a cache that does not hear of the stores of others.
"""

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList as _ShareableList
from multiprocessing.shared_memory import SharedMemory

from mutants.support import Context


class ShareableList(_ShareableList):
    """A list that knows what it had in each place."""

    def _get_packing_format(self, position):
        known = self.__dict__.setdefault("_known", {})
        if position not in known:
            known[position] = super()._get_packing_format(position)
        return known[position]

    def _set_packing_format_and_transform(self, position, fmt_as_str, value):
        self.__dict__.setdefault("_known", {})[position] = fmt_as_str
        super()._set_packing_format_and_transform(position, fmt_as_str, value)


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
