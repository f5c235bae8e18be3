"""connection.wait: an end is ready only if there are bytes in it.

Breaks: wait reports an end whose other end is closed (WAIT-EOF).
The mistake: the system's answer is checked once more, by a question that is about data.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import fcntl
import sys
import termios
import time
import types
from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.support import Context


def _wait(object_list, timeout=None):
    objects = list(object_list)
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        ready = [one for one in _real.wait(objects, 0) if isinstance(one, int) or _bytes(one)]
        if ready or (deadline is not None and time.monotonic() >= deadline):
            return ready
        time.sleep(0.001)


def _bytes(end):
    return int.from_bytes(fcntl.ioctl(end.fileno(), termios.FIONREAD, bytes(4)), sys.byteorder)


connection = types.SimpleNamespace(wait=_wait)


def get_context(method=None):
    """Return the context of *method*; the module's connection.wait is the broken one."""
    return Context(method)
