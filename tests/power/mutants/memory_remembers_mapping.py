"""SharedMemory: to attach to a name that the process has open already, attaches to what it has open.

Breaks: who attaches to a block by its name finds it, with the same bytes (SHM-ATTACH).
The mistake: a table of what is mapped, by name, that spares a system call; it does not hear of it when
another process unlinks the block and makes a new one under the same name.
"""

import mmap
import os
import weakref
from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.shared_memory import ShareableList
from multiprocessing.shared_memory import SharedMemory as _SharedMemory

from mutants.support import Context

_mapped = weakref.WeakValueDictionary()


class SharedMemory(_SharedMemory):
    """A block that is looked for among those that are open."""

    def __init__(self, name=None, create=False, size=0, **keywords):
        known = None if create or name is None else _mapped.get(name)
        if known is None or known._fd < 0:
            super().__init__(name, create, size, **keywords)
            _mapped[self.name] = self
            return
        self._name = known._name
        self._track = keywords.get("track", True)
        self._fd = os.dup(known._fd)
        self._size = os.fstat(self._fd).st_size
        self._mmap = mmap.mmap(self._fd, self._size)
        self._buf = memoryview(self._mmap)

    def unlink(self):
        """Unlink the block, and forget it."""
        _mapped.pop(self.name, None)
        super().unlink()


class shared_memory:  # noqa: N801  # it stands for a module
    """What the submodule of this name offers."""

    ShareableList = ShareableList
    SharedMemory = SharedMemory


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
