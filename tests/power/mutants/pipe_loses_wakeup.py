"""Pipe: one wait of 300 for a message is not ended by it.

Breaks: every call on a pipe that must end, ends (PIPE-PROGRESS).
The mistake: the waiter tells that it waits when it has looked, and what comes between the two wakes nobody.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import random
import threading
from multiprocessing import connection, get_all_start_methods  # noqa: F401

from mutants.pipe_support import End, context


class _End(End):
    def _recv_bytes(self, maxsize=None):
        if not connection.wait([self], 0) and random.random() < 1 / 300:
            threading.Event().wait()
        return super()._recv_bytes(maxsize)


def get_context(method=None):
    """Return the context of *method*, with the broken pipe."""
    return context(method, _End)
