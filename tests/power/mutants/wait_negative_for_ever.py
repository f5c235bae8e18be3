"""connection.wait: with a negative timeout it waits for ever.

Breaks: wait returns an empty list at once if the timeout is negative (CLIENT-WAIT-TIMEOUT).
The mistake: the system's poll takes a negative number for no timeout.
"""

# ruff: noqa: ANN001, ANN201, ANN202, ANN204, FBT002, RUF100
# Signatures are those of the standard library, which has no annotations.

from multiprocessing import connection as _real
from multiprocessing import get_all_start_methods  # noqa: F401

from mutants.connection_support import module
from mutants.support import Context


def _wait(object_list, timeout=None):
    return _real.wait(object_list, None if timeout is not None and timeout < 0 else timeout)


connection = module(wait=_wait)


def get_context(method=None):
    """Return the context of *method*; the module's connection is the broken one."""
    return Context(method)
