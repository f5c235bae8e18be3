"""connection.wait: an object whose descriptor is 1024 or above cannot be waited for.

Breaks: ends whose descriptors are 1024 or higher work in connection.wait (PIPE-HIGH-DESCRIPTORS).
The mistake: select(2).  It takes a program with more than a thousand open descriptors.
"""

import select
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import module
from mutants.support import Context


def _wait(object_list, timeout=None):
    objects = list(object_list)
    return select.select(objects, (), (), None if timeout is None else max(0, timeout))[0]


connection = module(wait=_wait)


def get_context(method=None):
    """Return the context of *method*; the module's connection.wait is the broken one."""
    return Context(method)
