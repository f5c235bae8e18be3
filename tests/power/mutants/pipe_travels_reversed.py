"""Pipe: an end of a one-way pipe that went through a pipe has the other end's direction.

Breaks: an end that is sent through a pipe arrives as a working end (PIPE-CARRIED).
The mistake: two flags in the wrong order; those of a duplex pipe are alike.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection, get_all_start_methods  # noqa: F401
from multiprocessing.context import get_spawning_popen

from mutants.pipe_support import End, context


class _End(End):
    def __reduce__(self):
        rebuild, (kind, duplicate, readable, writable) = super().__reduce__()
        if get_spawning_popen() is None:
            readable, writable = writable, readable
        return rebuild, (kind, duplicate, readable, writable)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
