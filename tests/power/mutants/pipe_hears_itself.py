"""Pipe: both ends of a duplex pipe write to, and read from, one and the same pipe.

Breaks: each end of a duplex pipe receives what the other one sent (PIPE-DUPLEX).
The mistake: a pipe that is open for reading and for writing is taken for one with two directions.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import os
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.support import Context


def _pipe(real, duplex=True):
    if not duplex:
        return real.Pipe(False)
    numbers = os.pipe()
    both = os.open(f"/proc/self/fd/{numbers[1]}", os.O_RDWR)
    for number in numbers:
        os.close(number)
    return connection.Connection(both), connection.Connection(os.dup(both))


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return Context(method, Pipe=_pipe)
