"""connection.wait: a signal that is handled while it waits ends it with an empty list.

Breaks: a wait into which a signal comes whose handler returns, goes on (PIPE-SIGNALS).
The mistake: what poll(2) answers is a number of objects if it is positive, and else the end of the time.
"""

import ctypes
import math
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import module
from mutants.support import Context

_libc = ctypes.CDLL(None, use_errno=True)


class _Poll(ctypes.Structure):
    _fields_ = (("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short))


def _wait(object_list, timeout=None):
    objects = list(object_list)
    numbers = [each if isinstance(each, int) else each.fileno() for each in objects]
    polled = (_Poll * len(numbers))(*((number, 1, 0) for number in numbers))
    milliseconds = -1 if timeout is None else min(2**31 - 1, max(0, math.ceil(timeout * 1000)))
    if _libc.poll(polled, ctypes.c_ulong(len(polled)), ctypes.c_int(milliseconds)) <= 0:
        return []
    return [objects[n] for n, found in enumerate(polled) if found.revents]


connection = module(wait=_wait)


def get_context(method=None):
    """Return the context of *method*; the module's connection.wait is the broken one."""
    return Context(method)
