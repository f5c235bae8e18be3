"""Shared memory: a program that made blocks says so at its end.

Breaks: a program that unlinks its shared memory ends in silence (MEMORY-PROGRAM).
The mistake: a line for debugging was left in.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import atexit
import sys
from multiprocessing import connection, get_all_start_methods, managers, sharedctypes  # noqa: F401
from multiprocessing import shared_memory as _shared_memory

from mutants.context_support import part
from mutants.support import Context


class _Block(_shared_memory.SharedMemory):
    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        atexit.register(sys.stderr.write, "a block was made\n")


shared_memory = part(_shared_memory, SharedMemory=_Block)


def get_context(method=None):
    """Return the context of *method*."""
    return Context(method)
