"""connection.wait: as soon as one object is ready, all are returned.

Breaks: wait returns those of the given objects that are ready (WAIT-READY).
The mistake: the loop asks whether anything is ready, and forgets to ask what.
"""

import types
from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.support import Context


def _wait(object_list, timeout=None):
    objects = list(object_list)
    return objects if _real.wait(objects, timeout) else []


connection = types.SimpleNamespace(wait=_wait)


def get_context(method=None):
    """Return the context of *method*; the module's connection.wait is the broken one."""
    return Context(method)
