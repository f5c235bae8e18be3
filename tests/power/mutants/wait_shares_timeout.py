"""connection.wait: the timeout is divided among the objects.

Breaks: wait returns an empty list only when its timeout is over (WAIT-EMPTY).
The mistake: the objects are asked one after the other, each for its share of the time.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import types
from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.support import Context


def _wait(object_list, timeout=None):
    objects = list(object_list)
    return _real.wait(objects, timeout and timeout / len(objects))


connection = types.SimpleNamespace(wait=_wait)


def get_context(method=None):
    """Return the context of *method*; the module's connection.wait is the broken one."""
    return Context(method)
