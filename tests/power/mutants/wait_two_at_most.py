"""connection.wait: no more than two objects are answered.

Breaks: wait returns all of the given objects that surely are ready (WAIT-READY).
The mistake: a fixed size of the array that the system fills; two were enough for every test.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

import types
from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.support import Context


def _wait(object_list, timeout=None):
    return _real.wait(object_list, timeout)[:2]


connection = types.SimpleNamespace(wait=_wait)


def get_context(method=None):
    """Return the context of *method*; the module's connection.wait is the broken one."""
    return Context(method)
